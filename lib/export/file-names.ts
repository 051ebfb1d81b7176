// What exported messages are called: a function of account, day and sha256, so that a second export knows what the first
// one wrote, and never of anything a sender has written.

import type { RawKeyParts } from '../core/keys.ts';
import type { Sha256 } from '../core/record.ts';

/** `<account>/<dt>-<sha256>.eml` */
export function emlName({ account, dt, sha256 }: RawKeyParts): string {
  return `${account}/${dt}-${sha256}.eml`;
}

/** `<seconds>.<sha256>.<account>`: the day's start in Unix time, as mail programs expect a number there. */
export function maildirName({ account, dt, sha256 }: RawKeyParts): string {
  const seconds = Math.max(0, Date.parse(`${dt}T00:00:00Z`) / 1000);
  return `${seconds}.${sha256}.${account}`;
}

/** Mail programs put flags and facts of their own behind a name: `:2,S`, `,S=1024`. */
const MAILDIR_NAME = /^\d{1,12}\.(?<sha256>[0-9a-f]{64})\.(?<account>[^.,:;!]+)(?:[,:;!].*)?$/;

/** @returns the message, if `maildirName` gave the name that a mail program has made this of */
export function parseMaildirName(name: string): { account: string; sha256: Sha256 } | undefined {
  const { account, sha256 } = MAILDIR_NAME.exec(name)?.groups ?? {};
  if (account === undefined || sha256 === undefined) return undefined;
  return { account, sha256: sha256 as Sha256 };
}
