// What an examination of an account comes to: checks as data, in words for people and in verdicts for programs.

import type { AccountId } from '../core/account.ts';

/** In the order in which they are told. */
export const CHECK_NAMES = [
  'access',
  'connection',
  'tls',
  'certificate',
  'pin',
  'login',
  'capabilities',
  'maildrop',
  'uidl',
  'window',
  'sessions',
  'stability',
  'sizes',
  'top',
  'pipelining',
  'expire',
  'login-delay',
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

/** `note`: worth knowing, and mail is imported all the same. `not-tried`: the finding says why. */
export type Verdict = 'ok' | 'note' | 'problem' | 'not-tried';

export interface Check {
  readonly name: CheckName;
  readonly verdict: Verdict;
  /** One or a few sentences, printable, without UIDLs, names or mail. */
  readonly finding: string;
  /** What to do about it. */
  readonly recommendation?: string | undefined;
  /** To be written into the account's configuration. */
  readonly setting?: Setting | undefined;
}

export interface Setting {
  /** One line of YAML, as it stands below the account. */
  readonly yaml: string;
  readonly why: string;
  /** It is a matter of taste, or of what is known of the server. */
  readonly isOptional: boolean;
}

export interface Examination {
  readonly account: AccountId;
  readonly host: string;
  readonly port: number;
  /** One of every name. */
  readonly checks: readonly Check[];
  readonly facts: ExaminedFacts;
}

/** For programs, and for whoever has to report a server. */
export interface ExaminedFacts {
  readonly greeting: string | undefined;
  readonly tls: ExaminedTls | undefined;
  /** Rows of CAPA; `undefined` where it was refused or not asked. */
  readonly capabilities: {
    readonly beforeLogin: readonly string[] | undefined;
    readonly afterLogin: readonly string[] | undefined;
  };
}

export interface ExaminedTls {
  readonly version: string;
  readonly cipher: string;
  readonly chain: readonly {
    readonly subject: string;
    readonly issuer: string;
    readonly names: readonly string[];
    /** ISO 8601, UTC. */
    readonly notBefore: string;
    readonly notAfter: string;
    readonly pin: string;
  }[];
}

export function ok(name: CheckName, finding: string): Check {
  return { name, verdict: 'ok', finding };
}

export function note(name: CheckName, finding: string, more: Advice = {}): Check {
  return { name, verdict: 'note', finding, ...more };
}

export function problem(name: CheckName, finding: string, more: Advice = {}): Check {
  return { name, verdict: 'problem', finding, ...more };
}

export function notTried(name: CheckName, why: string): Check {
  return { name, verdict: 'not-tried', finding: why };
}

export type Advice = Pick<Check, 'recommendation' | 'setting'>;

export function setting(yaml: string, why: string): Advice {
  return { setting: { yaml, why, isOptional: false } };
}

/** No problem was found, and there was a login at all. */
export function isHealthy({ checks }: Examination): boolean {
  const verdictOf = (name: CheckName): Verdict | undefined =>
    checks.find((one) => one.name === name)?.verdict;
  return verdictOf('login') !== 'not-tried' && !checks.some(({ verdict }) => verdict === 'problem');
}
