// The mail that every real server is tried with: small, odd and ordinary, in files with either kind of line end.

import { oddMail, plainMail } from '../odd-mail.ts';
import type { LoadedMessage } from '../maildir.ts';

type WholeMessage = LoadedMessage & { readonly bytes: Buffer };

/** As files hold them on Unix: nothing but the line end has changed. */
const WITH_LF = [
  'dots',
  'dot-last-without-newline',
  'no-final-newline',
  'from-lines',
  'protocol-words',
  'nul',
  'eight-bit',
  'eight-bit-header',
  'headers-without-blank-line',
  'empty-body',
  'no-headers',
  'large-header',
  'line-of-1-mb',
  'line-of-1-mb-from-a-dot',
];
/** As they are. */
const WITH_CRLF = [
  'ends-in-bare-cr',
  'ends-in-bare-lf',
  'bare-cr-and-lf',
  'bare-lf-dot',
  'forged-answers',
  'every-octet',
  'zero-octets',
  'only-crlf',
  'one-octet',
];
const PLAIN = 9;

/** For a server that can serve none of them: each with the reason. */
export function noOddMail(reason: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...WITH_LF, ...WITH_CRLF].map((name) => [name, reason]));
}

/** @param without names of messages to leave out */
export function matrixMail(without: Readonly<Record<string, string>> = {}): WholeMessage[] {
  const odd = new Map(oddMail().map(({ name, bytes }) => [name, bytes]));
  const named = (name: string): Buffer => odd.get(name) ?? Buffer.alloc(0);
  const all = [
    ...WITH_LF.map((name) => ({ name, bytes: withLf(named(name)) })),
    ...WITH_CRLF.map((name) => ({ name, bytes: named(name) })),
    { name: 'plain-crlf', bytes: plainMail(0) },
    ...plainMailWithLf(PLAIN),
  ];
  return all.filter(({ name }) => !(name in without));
}

/** Ordinary letters, of which nothing is known to go wrong anywhere. */
export function plainMailWithLf(count: number): WholeMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `plain-${index + 1}`,
    bytes: withLf(plainMail(index + 1)),
  }));
}

function withLf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}
