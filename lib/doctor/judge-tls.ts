// Judges how the connection is protected, by whose certificate, and for how long that will hold. Pure.

import type { Account } from '../core/account.ts';
import type { CertificateFacts, TlsFacts } from '../ports/pop3.ts';
import type { SessionFacts } from '../session/open-session.ts';
import { note, notTried, ok, problem, setting } from './check.ts';
import type { Check, ExaminedTls } from './check.ts';
import { count, toPrintable } from './printable.ts';

const DAY_MS = 86_400_000;
/** Certificates that renew themselves do so a month before their end. */
const SOON_DAYS = 21;
const TOO_SOON_DAYS = 4;

/** @param now epoch milliseconds */
export function judgeTls(account: Account, facts: Partial<SessionFacts>, now: number): readonly Check[] {
  const { tls } = facts;
  if (tls === undefined) return withoutTls(facts);
  const [own] = tls.chain;
  return [
    ok('tls', `${toPrintable(tls.version)}, ${toPrintable(tls.cipher)}${howOf(account)}`),
    own ? judgeChain(own, tls.chain, now) : notTried('certificate', 'the server showed none'),
    own ? judgePin(account, own) : notTried('pin', 'the server showed no certificate'),
  ];
}

export function toExaminedTls({ version, cipher, chain }: TlsFacts): ExaminedTls {
  return {
    version: toPrintable(version),
    cipher: toPrintable(cipher),
    chain: chain.map(toExaminedCertificate),
  };
}

function toExaminedCertificate(one: CertificateFacts): ExaminedTls['chain'][number] {
  return {
    subject: toPrintable(one.subject),
    issuer: toPrintable(one.issuer),
    names: one.names.map(toPrintable),
    notBefore: new Date(one.notBefore).toISOString(),
    notAfter: new Date(one.notAfter).toISOString(),
    pin: one.pin,
  };
}

function withoutTls({ capabilities }: Partial<SessionFacts>): readonly Check[] {
  const inClear = 'the password, or what proves it, and the mail go in clear text, as the account says';
  const offered = problem(
    'tls',
    `${inClear}; the server offers STLS`,
    setting('tls: starttls', 'the server offers it'),
  );
  return [
    capabilities?.has('STLS') ? offered : note('tls', inClear),
    notTried('certificate', 'there is no TLS'),
    notTried('pin', 'there is no TLS'),
  ];
}

function howOf({ tls }: Account): string {
  return tls === 'starttls' ? ', after STLS' : '';
}

function judgeChain(own: CertificateFacts, chain: readonly CertificateFacts[], now: number): Check {
  const ends = Math.min(...chain.map(({ notAfter }) => notAfter));
  const days = Math.floor((ends - now) / DAY_MS);
  const names = own.names.slice(0, 5).join(', ') || 'no names';
  const issuers = chain.length > 1 ? `, ${count(chain.length - 1, 'certificate')} above it` : '';
  const finding = toPrintable(
    `for ${names}; issued by ${own.issuer}${issuers}; until ${new Date(ends).toISOString().slice(0, 10)}, ${count(days, 'day')} from now`,
  );
  if (days >= SOON_DAYS) return ok('certificate', finding);
  const recommendation = 'see that whoever runs the server renews it: after that day no import will connect';
  return days < TOO_SOON_DAYS
    ? problem('certificate', finding, { recommendation })
    : note('certificate', finding, { recommendation });
}

/** A server whose key is another after each renewal is no server to pin. */
function judgePin({ pins }: Account, { pin }: CertificateFacts): Check {
  if (pins.length > 0) return ok('pin', `the server's key is one of the ${pins.length} pinned: ${pin}`);
  return {
    ...ok('pin', `none is set; the server's key is ${pin}`),
    setting: {
      yaml: `pins: ['${pin}']`,
      why: 'only if the key stays when the certificate is renewed; then add the next key in time',
      isOptional: true,
    },
  };
}
