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

/** For an answer that says 200 and nothing else: somebody between gave it. */
export function notAnswered(what: string, table: string): MailferryError {
  return new MailferryError(`${what} in the DynamoDB table ${table} failed: the answer is not DynamoDB's`, {
    code: 'LEDGER_FAILED',
    scope: 'account',
    retryable: true,
    hint: NOT_DYNAMODB,
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

const NOT_DYNAMODB = 'check the endpoint, and what stands between this machine and DynamoDB';
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
  if ((httpStatusOf(thrown) ?? 0) >= 500) return { retryable: true, hint: GO_ON };
  if (name === 'SyntaxError') return { retryable: true, hint: NOT_DYNAMODB };
  if (isFromNetwork(thrown)) {
    return { retryable: true, hint: 'check the network between this machine and DynamoDB, then run again' };
  }
  if (/^region is missing/i.test(describeError(thrown))) {
    return {
      retryable: false,
      hint: 'say which AWS region the table is in, as with the variable AWS_REGION',
    };
  }
  return { retryable: false, hint: 'this should not happen: please report it with the text of this error' };
}

/** What the SDK keeps of the answer; nothing if there was none. */
function httpStatusOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('$metadata' in thrown)) return undefined;
  const metadata = thrown.$metadata as { readonly httpStatusCode?: number } | undefined;
  return metadata?.httpStatusCode;
}

/** A connection that failed, also in the middle of an answer, has Node's error code; nothing else has one. */
function isFromNetwork(thrown: unknown): boolean {
  return thrown instanceof Error && ('code' in thrown || thrown.name === 'TimeoutError');
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
