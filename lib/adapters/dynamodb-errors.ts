// What a failed call to DynamoDB means for the account's owner. Every failure is LEDGER_FAILED; nothing here decides to retry.

import { describeError, MailferryError } from '../core/errors.ts';
import { adviseOn, GO_ON } from './aws-advice.ts';
import type { AwsTarget } from './aws-advice.ts';
import { readAwsFailure } from './aws-errors.ts';

/** @param what was tried, as `reading the state of account ann` */
export function toLedgerError(thrown: unknown, what: string, table: string): MailferryError {
  if (thrown instanceof MailferryError) return thrown;
  const { retryable, hint } = adviseOn(readAwsFailure(thrown).kind, targetOf(table));
  return new MailferryError(`${what} in the DynamoDB table ${table} failed: ${describeCause(thrown)}`, {
    code: 'LEDGER_FAILED',
    scope: 'account',
    retryable,
    hint,
    cause: thrown,
  });
}

/** @param reason why the same call may well succeed in a moment */
export function ledgerBusy(what: string, table: string, reason: string): MailferryError {
  return new MailferryError(`${what} in the DynamoDB table ${table} failed: ${reason}`, {
    code: 'LEDGER_FAILED',
    scope: 'account',
    retryable: true,
    hint: GO_ON,
  });
}

/** For an answer that says 200 and nothing else: somebody between gave it. */
export function notAnswered(what: string, table: string): MailferryError {
  return new MailferryError(`${what} in the DynamoDB table ${table} failed: the answer is not DynamoDB's`, {
    code: 'LEDGER_FAILED',
    scope: 'account',
    ...adviseOn('impostor', targetOf(table)),
  });
}

/** For an item that is not as this program writes it. */
export function unreadableItem(detail: string, cause?: unknown): MailferryError {
  return new MailferryError(`an item of the ledger cannot be read: ${detail}`, {
    code: 'LEDGER_FAILED',
    scope: 'account',
    retryable: false,
    hint: 'it was written by something else, or by a later version of this program: run that one',
    cause,
  });
}

function targetOf(table: string): AwsTarget {
  const resource = `the table ${table}`;
  return {
    service: 'DynamoDB',
    resource,
    right: `read and write ${resource} and to use its key`,
    relief: `raise the throughput of ${resource}`,
  };
}

/** The first line: the SDK adds advice for programmers. Of an answer that cannot be read nothing is quoted. */
function describeCause(thrown: unknown): string {
  if (!(thrown instanceof Error)) return describeError(thrown);
  if (thrown.name === 'SyntaxError') return 'the answer is no JSON';
  const [line = ''] = thrown.message.split('\n');
  // Node gives an error without text when it has tried several addresses.
  const detail = line === '' && 'code' in thrown ? String(thrown.code) : line;
  return thrown.name === 'Error' ? detail : `${thrown.name}: ${detail}`;
}
