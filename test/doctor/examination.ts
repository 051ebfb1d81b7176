// An examination of a test server's account: what the tests of it share.

import assert from 'node:assert/strict';
import type { Account } from '../../lib/core/account.ts';
import type { Check, CheckName, Examination, Verdict } from '../../lib/doctor/check.ts';
import { CHECK_NAMES } from '../../lib/doctor/check.ts';
import { examineAccount } from '../../lib/doctor/examine-account.ts';
import type { ExamineOptions } from '../../lib/doctor/examine-account.ts';
import type { AccountAccess } from '../../lib/ports/access.ts';
import { accountAt, PASSWORD } from '../session/session-under-test.ts';
import { fixedAccess } from '../support/fixed-access.ts';
import { pop3BySocket } from '../support/pop3-by.ts';

export interface HowToExamine extends Partial<ExamineOptions> {
  readonly account?: Partial<Account>;
  readonly access?: AccountAccess;
  /** How long it takes at most, as far as it knows. */
  readonly timeMs?: number;
}

export async function examine(port: number, how: HowToExamine = {}): Promise<Examination> {
  const { account, access = fixedAccess(PASSWORD), timeMs = 60_000, ...options } = how;
  const examination = await examineAccount(
    { ...accountAt(port), ...account },
    { pop3: pop3BySocket, access, now: Date.now },
    { retrieve: true, signal: new AbortController().signal, until: Date.now() + timeMs, ...options },
  );
  assert.deepEqual(
    examination.checks.map(({ name }) => name),
    CHECK_NAMES,
    'every check is told of, once',
  );
  return examination;
}

export function checkOf({ checks }: Examination, name: CheckName): Check {
  const check = checks.find((one) => one.name === name);
  assert.ok(check);
  return check;
}

export function assertVerdict(
  examination: Examination,
  name: CheckName,
  verdict: Verdict,
  finding?: RegExp,
): Check {
  const check = checkOf(examination, name);
  assert.equal(check.verdict, verdict, `${name}: ${check.finding}`);
  if (finding) assert.match(check.finding, finding);
  return check;
}

/** Names of those with this verdict. */
export function namesOf({ checks }: Examination, verdict: Verdict): CheckName[] {
  return checks.filter((check) => check.verdict === verdict).map(({ name }) => name);
}
