// Reads what S3, or the way to it, answered: which failure it is, whether it passes by itself, and what a person should do.
// S3 answers HEAD without a body, so the status must do where there is no code.

import { fieldsOf, readAwsFailure, wordOf } from './aws-errors.ts';
import type { AwsFailure, AwsFailureKind } from './aws-errors.ts';

export interface S3Diagnosis {
  /** Code, HTTP status and request id: what support asks for, and nothing of what was sent. */
  readonly found: string;
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly full: boolean;
  readonly hint: string;
}

interface Verdict {
  readonly retryable: boolean;
  readonly full?: true;
  readonly hint: string;
}

const passing = (hint: string): Verdict => ({ retryable: true, hint });
const lasting = (hint: string): Verdict => ({ retryable: false, hint });

const THROTTLED = passing('S3 asks for fewer requests: run again later, or fewer accounts at a time');
const FAULT = passing('S3 had a fault of its own: run again later');
const UNREACHABLE = passing('check the network, the region and AWS_ENDPOINT_URL_S3');
const IMPOSTOR = passing('check AWS_ENDPOINT_URL_S3, and what stands between this machine and S3');
const CONFLICT = passing('two writes of one object met: run again');
const DAMAGED = passing(
  'the octets changed on the way to S3: check the memory and the network of this machine',
);
const CLOCK = passing('set the clock of this machine');
const EXPIRED = passing('the credentials have expired: renew them');
const FULL: Verdict = { retryable: true, full: true, hint: 'make room in the store and run again' };
const DENIED = lasting(
  'allow s3:GetObject, s3:PutObject and s3:ListBucket on the bucket, and the use of its encryption key if it has one',
);
const NO_BUCKET = lasting('make the bucket, or correct its name in the configuration');
const WRONG_REGION = lasting('set AWS_REGION to the region of the bucket');
const NO_CREDENTIALS = lasting('check the AWS credentials this program was given');
const NO_REGION = lasting('set AWS_REGION');
const IN_COLD_STORAGE = lasting('the object was moved to an archive storage class: restore it first');
const NOT_CAPABLE = lasting(
  'this store cannot write an object only if it is absent (If-None-Match): use another',
);
const KEY_UNUSABLE = lasting('the encryption key of the bucket is disabled or deleted: enable it');
const UNKNOWN = lasting('see the cause');

const BY_CODE = new Map<string, Verdict>([
  ['AccessDenied', DENIED],
  ['NoSuchBucket', NO_BUCKET],
  ['PermanentRedirect', WRONG_REGION],
  ['TemporaryRedirect', WRONG_REGION],
  ['AuthorizationHeaderMalformed', WRONG_REGION],
  ['InvalidAccessKeyId', NO_CREDENTIALS],
  ['SignatureDoesNotMatch', NO_CREDENTIALS],
  ['InvalidToken', NO_CREDENTIALS],
  ['ExpiredToken', EXPIRED],
  ['RequestTimeTooSkewed', CLOCK],
  ['RequestTimeout', UNREACHABLE],
  ['SlowDown', THROTTLED],
  ['ConditionalRequestConflict', CONFLICT],
  ['OperationAborted', CONFLICT],
  ['PreconditionFailed', CONFLICT],
  ['BadDigest', DAMAGED],
  ['XAmzContentSHA256Mismatch', DAMAGED],
  ['XAmzContentChecksumMismatch', DAMAGED],
  ['InvalidObjectState', IN_COLD_STORAGE],
  ['NotImplemented', NOT_CAPABLE],
  ['QuotaExceeded', FULL],
]);

const BY_STATUS = new Map<number, Verdict>([
  [301, WRONG_REGION],
  [307, WRONG_REGION],
  [401, NO_CREDENTIALS],
  [403, DENIED],
  [409, CONFLICT],
  [429, THROTTLED],
  [501, NOT_CAPABLE],
  [503, THROTTLED],
  [507, FULL],
]);

/** What fails before S3 has a say, or on the way. */
const BY_KIND = new Map<AwsFailureKind, Verdict>([
  ['network', UNREACHABLE],
  ['impostor', IMPOSTOR],
  ['no-region', NO_REGION],
  ['no-credentials', NO_CREDENTIALS],
]);

/** Of anything an S3 client throws. */
export function diagnose(thrown: unknown): S3Diagnosis {
  const failure = readAwsFailure(thrown);
  const { retryable, full = false, hint } = verdict(failure);
  const response = fieldsOf(thrown)['$response'];
  return {
    found: failure.found,
    status: failure.status,
    retryable,
    full,
    hint: hint === WRONG_REGION.hint ? withRegion(hint, response) : hint,
  };
}

function verdict({ name, kind, status }: AwsFailure): Verdict {
  const known = BY_CODE.get(name) ?? (name.startsWith('KMS.') ? KEY_UNUSABLE : BY_KIND.get(kind));
  if (known) return known;
  if (status === undefined) return UNKNOWN;
  return BY_STATUS.get(status) ?? (status >= 500 ? FAULT : UNKNOWN);
}

function withRegion(hint: string, response: unknown): string {
  const region = wordOf(fieldsOf(fieldsOf(response)['headers'])['x-amz-bucket-region']);
  return region === undefined ? hint : `${hint}: ${region}`;
}
