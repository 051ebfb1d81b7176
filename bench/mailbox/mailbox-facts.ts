// What a mailbox holds, by the checksums of its messages: what was fetched is compared with this before any figure is believed.

import { createHash } from 'node:crypto';

/**
 * How far a client leaves messages as they are. `octets`: as they were sent. `lines`: the ends of lines are the system's.
 * `count`: it writes messages anew, and only their number can be compared.
 */
export type Fidelity = 'octets' | 'lines' | 'count';

export class MailboxFacts {
  readonly #digests = { octets: new Map<string, number>(), lines: new Map<string, number>() };
  #count = 0;
  #octets = 0;

  get count(): number {
    return this.#count;
  }

  get octets(): number {
    return this.#octets;
  }

  add(message: Buffer): void {
    this.#count += 1;
    this.#octets += message.length;
    note(this.#digests.octets, message);
    note(this.#digests.lines, withoutCr(message));
  }

  /**
   * @param found the messages as they were stored, in any order
   * @throws Error that says how many are missing, too many or changed
   */
  async verify(found: AsyncIterable<Buffer>, fidelity: Fidelity): Promise<void> {
    const digests = new Map<string, number>();
    let count = 0;
    for await (const message of found) {
      count += 1;
      if (fidelity !== 'count') note(digests, fidelity === 'lines' ? withoutCr(message) : message);
    }
    if (count !== this.#count) throw new Error(`${this.#count} messages were sent, ${count} stored`);
    if (fidelity !== 'count') this.verifyDigests(digests, fidelity);
  }

  /** @param digests how many messages were stored with each sha256, in hexadecimal digits. @throws as `verify` */
  verifyDigests(digests: ReadonlyMap<string, number>, fidelity: 'octets' | 'lines' = 'octets'): void {
    const wanted = this.#digests[fidelity];
    const wrong = [...wanted].filter(([digest, times]) => digests.get(digest) !== times).length;
    if (wrong > 0 || digests.size !== wanted.size) {
      throw new Error(`of ${this.#count} messages ${wrong} are not stored with their octets`);
    }
  }
}

function note(digests: Map<string, number>, message: Buffer): void {
  const digest = createHash('sha256').update(message).digest('hex');
  digests.set(digest, (digests.get(digest) ?? 0) + 1);
}

const CR = 0x0d;
const LF = 0x0a;

/** Every CR before an LF taken out. */
function withoutCr(message: Buffer): Buffer {
  const kept = Buffer.allocUnsafe(message.length);
  let length = 0;
  for (let at = 0; at < message.length; at += 1) {
    const octet = message[at] ?? 0;
    if (octet === CR && message[at + 1] === LF) continue;
    kept[length] = octet;
    length += 1;
  }
  return kept.subarray(0, length);
}
