// What a failed call to DynamoDB means for the account's owner. Every failure is LEDGER_FAILED; nothing here decides to retry.

import { describeError, MailferryError } from '../core/errors.ts';

const THROTTLED = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

const REFUSED = new Set(['AccessDeniedException', 'KMSAccessDeniedException']);

const WITHOUT_CREDENTIALS = new Set([
  'CredentialsProviderError',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'TokenProviderError',
  'UnrecognizedClientException',
]);

interface Meaning {
  readonly retryable: boolean;
  readonly hint: string;
}

/** @param what was tried, as `reading the state of account ann` */
export function toLedgerError(thrown: unknown, what: string, table: string): MailferryError {
  if (thrown instanceof MailferryError) return thrown;
  const { retryable, hint } = meaningOf(thrown, table);
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

const GO_ON = 'run again: what is stored stays stored, and the import goes on where it stopped';

function meaningOf(thrown: unknown, table: string): Meaning {
  const name = thrown instanceof Error ? thrown.name : '';
  if (name === 'ResourceNotFoundException') {
    return { retryable: false, hint: `check that the table ${table} exists in this region and account` };
  }
  if (REFUSED.has(name)) {
    return {
      retryable: false,
      hint: `allow this role to read and write the table ${table} and to use its key`,
    };
  }
  if (WITHOUT_CREDENTIALS.has(name)) {
    return { retryable: false, hint: 'check the AWS credentials and the clock of this machine' };
  }
  if (THROTTLED.has(name)) {
    return {
      retryable: true,
      hint: `run again later; if it stays so, raise the throughput of the table ${table}`,
    };
  }
  if (name === 'AbortError') return { retryable: true, hint: GO_ON };
  const status = httpStatusOf(thrown);
  if (status !== undefined && status >= 500) return { retryable: true, hint: GO_ON };
  if (status === undefined && isFromOutside(thrown)) {
    return { retryable: true, hint: 'check the network between this machine and DynamoDB, then run again' };
  }
  return { retryable: false, hint: 'this should not happen: please report it with the text of this error' };
}

/** What the SDK keeps of the answer; without one the request or the answer was lost on the way. */
function httpStatusOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('$metadata' in thrown)) return undefined;
  const metadata = thrown.$metadata as { readonly httpStatusCode?: number } | undefined;
  return metadata?.httpStatusCode;
}

/** A lost connection or a timeout; not a mistake of our own, which is an Error without a code. */
function isFromOutside(thrown: unknown): boolean {
  return (
    thrown instanceof Error && ('code' in thrown || '$metadata' in thrown || thrown.name === 'TimeoutError')
  );
}

/** Node gives an error without text when it has tried several addresses. */
function describeCause(thrown: unknown): string {
  const text = describeError(thrown);
  if (!(thrown instanceof Error)) return text;
  const code = 'code' in thrown ? String(thrown.code) : '';
  return [thrown.name === 'Error' ? '' : thrown.name, text === '' ? code : text]
    .filter((part) => part !== '')
    .join(': ');
}
