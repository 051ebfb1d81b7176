// Whole sessions with servers that mix the answers of all transcripts, and change, leave out, double and move octets of them:
// every session ends, in what it should or in an error of ours, and believes no more than was sent.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MailferryError } from '../../lib/core/errors.ts';
import { ONE_BY_ONE, PIPELINED } from '../../lib/core/pop3/retrieval-window.ts';
import { openSession } from '../../lib/session/open-session.ts';
import { ACCESS, accountAt } from '../session/session-under-test.ts';
import { collect } from '../support/memory-blob-store.ts';
import { pop3By } from '../support/pop3-by.ts';
import { dialerTo } from '../support/replay-dialer.ts';
import type { Transcript } from '../support/transcript.ts';
import { readTranscripts } from '../support/transcript-replay.ts';
import { BlindConnection } from './blind-connection.ts';
import { runs, serverOctets } from './server-octets.ts';

const LONGEST_OCTETS = 1500;
const NOTHING = Buffer.alloc(0);

/** `RETR`, `LIST`, and `LIST 1` for a listing of one message. */
function kindOf(line: string): string {
  const [keyword = '', argument] = line.split(' ');
  return keyword === 'LIST' && argument !== undefined ? 'LIST 1' : keyword;
}

/** Everything that servers say to each kind of command, and to none: their greetings. */
function poolOf(transcripts: readonly Transcript[]): ReadonlyMap<string, readonly Buffer[]> {
  const pool = new Map<string, Buffer[]>([['LIST 1', [Buffer.from('+OK 1 120\r\n')]]]);
  for (const { connections, needs } of transcripts) {
    if (needs.includes('pipelining')) continue;
    let kind = '';
    let said: Uint8Array[] = [];
    for (const event of [...connections.flat(), { client: 'QUIT' }]) {
      if ('server' in event) said.push(event.server);
      if (!('client' in event)) continue;
      if (said.length > 0) pool.set(kind, [...(pool.get(kind) ?? []), Buffer.concat(said)]);
      kind = kindOf(String(event.client));
      said = [];
    }
  }
  return new Map([...pool].map(([kind, all]) => [kind, all.filter(({ length }) => length < LONGEST_OCTETS)]));
}

const POOL = poolOf(
  readTranscripts(join(import.meta.dirname, '../transcripts')).map(({ transcript }) => transcript),
);

interface Mutation {
  readonly kind: 'insert' | 'replace' | 'remove' | 'double' | 'omit' | 'cut';
  /** Of the answers of a session, the greeting among them. */
  readonly answer: number;
  readonly at: number;
  readonly octets: Buffer;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('insert', 'replace', 'remove', 'double', 'omit', 'cut'),
  answer: fc.nat(14),
  at: fc.nat(400),
  octets: serverOctets,
});

function mutate(said: Buffer, { kind, at, octets }: Mutation): Buffer {
  const place = at % (said.length + 1);
  const before = said.subarray(0, place);
  switch (kind) {
    case 'insert':
      return Buffer.concat([before, octets, said.subarray(place)]);
    case 'replace':
      return Buffer.concat([before, octets, said.subarray(place + octets.length)]);
    case 'remove':
      return Buffer.concat([before, said.subarray(place + octets.length)]);
    case 'double':
      return Buffer.concat([said, said]);
    case 'omit':
      return NOTHING;
    case 'cut':
      return before;
  }
}

/** Good answers to what comes before a listing most of the time, or no session would come so far. */
const PLAIN: Readonly<Record<string, string>> = {
  '': '+OK ready\r\n',
  CAPA: '-ERR\r\n',
  USER: '+OK\r\n',
  PASS: '+OK\r\n',
};

class MixedServer {
  readonly #choices: readonly number[];
  readonly #mutations: readonly Mutation[];
  #answers = 0;
  sentOctets = 0;

  constructor(choices: readonly number[], mutations: readonly Mutation[]) {
    this.#choices = choices;
    this.#mutations = mutations;
  }

  answerTo(line: string): Buffer {
    const index = this.#answers;
    this.#answers += 1;
    const choice = this.#choices[index % this.#choices.length] ?? 0;
    const pool = POOL.get(kindOf(line)) ?? [];
    const plain = PLAIN[kindOf(line)];
    const usual = plain !== undefined && choice % 8 > 0 ? Buffer.from(plain) : pool[choice % pool.length];
    const changed = this.#mutations
      .filter(({ answer }) => answer === index)
      .reduce(mutate, usual ?? Buffer.from('-ERR\r\n'));
    this.sentOctets += changed.length;
    return changed;
  }
}

/** Opens, lists, reads, deletes, quits; goes on after what is only a message's trouble, as an import does. */
async function runSession(
  dial: () => BlindConnection,
  bodies: Buffer[],
  isPipelined: boolean,
): Promise<void> {
  const { auth, ...rest } = accountAt(110);
  assert.equal(auth.kind, 'password');
  const account = { ...rest, auth: { ...auth, method: 'USER' as const } };
  const { signal } = new AbortController();
  const session = await openSession(account, ACCESS, pop3By(dialerTo(dial(), dial())), signal);
  const uidl = await session.uidl();
  await session.list();
  const numbers = (uidl ?? []).slice(0, 3).map(({ messageNumber }) => messageNumber);
  const requests = numbers.map((messageNumber) => ({ messageNumber, octets: undefined }));
  for await (const retrieval of session.retrieveEach(requests, isPipelined ? PIPELINED : ONE_BY_ONE)) {
    await toleratingRefusal(async () => bodies.push(await collect(retrieval.read())));
  }
  await toleratingRefusal(async () => await session.dele(numbers[0] ?? 1));
  await session.quit();
}

async function toleratingRefusal(step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof MailferryError) || error.scope !== 'message') throw error;
  }
}

test('no mixture and no change of answers makes a session do anything but end, well or in an error of ours', async (t) => {
  const ends = new Map<string, number>();
  const count = (end: string): Map<string, number> => ends.set(end, (ends.get(end) ?? 0) + 1);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(10_000), { minLength: 6, maxLength: 14 }),
      fc.array(mutation, { maxLength: 3 }),
      fc.constantFrom(1, 2, 7, 100_000),
      fc.boolean(),
      async (choices, mutations, chunkOctets, isPipelined) => {
        const server = new MixedServer(choices, mutations);
        const connections: BlindConnection[] = [];
        const dial = (): BlindConnection => {
          const connection = new BlindConnection((line) => server.answerTo(line), chunkOctets);
          connections.push(connection);
          return connection;
        };
        const bodies: Buffer[] = [];
        try {
          await runSession(dial, bodies, isPipelined);
          count('good');
        } catch (error) {
          if (!(error instanceof MailferryError)) throw error;
          count(error.code);
          assert.doesNotMatch(error.message, /[^\x20-\x7e]/, 'the text is fit to print');
        }
        if (bodies.length > 0) count('with a message');
        const believedOctets = bodies.reduce((sum, body) => sum + body.length, 0);
        assert.ok(believedOctets <= server.sentOctets, 'more was believed than was sent');
        const reads = connections.reduce((sum, one) => sum + one.reads, 0);
        assert.ok(reads <= server.sentOctets + 4, 'it read on and on');
      },
    ),
    runs(250, 50_000),
  );
  const told = [...ends].map(([end, times]) => `${end} ${times}`).join(', ');
  t.diagnostic(told);
  for (const end of ['good', 'with a message', 'POP3_PROTOCOL', 'POP3_CONNECTION_LOST']) {
    assert.ok((ends.get(end) ?? 0) > 0, `none came to "${end}": ${told}`);
  }
});

test('octets of anything in place of a server end every session in an error of ours', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(serverOctets, { maxLength: 12 }), async (answers) => {
      const left = [...answers];
      const dial = (): BlindConnection => new BlindConnection(() => left.shift() ?? NOTHING, 3);
      await assert.rejects(runSession(dial, [], false), MailferryError);
    }),
    runs(250, 40_000),
  );
});
