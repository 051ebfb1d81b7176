// Words that must never be seen, in whatever a server makes of them: a server may repeat the line it refuses, cut it short,
// or put it into capitals.

import type { Secret } from '../core/secret.ts';

const HIDDEN = '***';
/** The start of a secret gives the rest away. */
const TELLING_CHARACTERS = 4;
/** Lines of SASL that everybody sends: to cancel, and to accept that it failed (RFC 5034 section 4, RFC 7628 section 3.2.3). */
const NO_SECRETS: readonly string[] = ['*', 'AQ=='];

export class SecretMask {
  readonly #words = new Set<string>();

  /** A password or a token; its base64 is hidden too, wherever in other octets it stands. */
  add(secret: Secret): void {
    const octets = Buffer.from(secret.reveal());
    this.#addWord(secret.reveal());
    this.#addWord(octets.toString('latin1'));
    for (const before of [0, 1, 2]) this.#addWord(base64Within(octets, before));
  }

  /** A line that was sent and has a secret in it, in whatever form. */
  addLine(line: string): void {
    if (!NO_SECRETS.includes(line)) this.#addWord(line.replace(/=+$/, ''));
  }

  /** The text with each of them replaced, up to the next blank behind it; so much as the start of one is. */
  hide(text: string): string {
    // All are found before any is replaced: what is hidden for one word could be the start of another.
    const isHidden = Array.from({ length: text.length }, () => false);
    for (const word of this.#words) markWord(text.toLowerCase(), word.toLowerCase(), isHidden);
    if (!isHidden.includes(true)) return text;
    return text.replaceAll(/[^]/g, (character, at: number) => {
      if (!isHidden[at]) return character;
      return isHidden[at - 1] ? '' : HIDDEN;
    });
  }

  /** Whether so much as the start of one is in the text, in any case of letters. */
  isTold(text: string): boolean {
    const lower = text.toLowerCase();
    return [...this.#words].some((word) => lower.includes(startOf(word)));
  }

  #addWord(word: string): void {
    if (word !== '') this.#words.add(word);
  }
}

function startOf(word: string): string {
  return word.slice(0, TELLING_CHARACTERS).toLowerCase();
}

/** Occurrences may overlap: PASS itself is the start of a password "passphrase". */
function markWord(text: string, word: string, isHidden: boolean[]): void {
  const start = startOf(word);
  for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
    let end = at + start.length;
    while (end < text.length && end - at < word.length && text[end] === word[end - at]) end += 1;
    while (end < text.length && text[end] !== ' ') end += 1;
    isHidden.fill(true, at, end);
  }
}

/** What of the base64 of some octets, these, and others behind is certain: without what the ones before have a part in. */
function base64Within(octets: Uint8Array, before: number): string {
  const encoded = Buffer.concat([new Uint8Array(before), octets])
    .toString('base64')
    .replace(/=+$/, '');
  return encoded.slice(before === 0 ? 0 : before + 1);
}
