// Reads what S3, or the way to it, answered: which failure it is, whether it passes by itself, and what a person should do.
// S3 answers HEAD without a body, so the status must do where there is no code.

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
  ['CredentialsProviderError', NO_CREDENTIALS],
  ['ExpiredToken', EXPIRED],
  ['RequestTimeTooSkewed', CLOCK],
  ['RequestTimeout', UNREACHABLE],
  ['TimeoutError', UNREACHABLE],
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

/** Of anything an S3 client throws. */
export function diagnose(thrown: unknown): S3Diagnosis {
  const error = fieldsOf(thrown);
  const metadata = fieldsOf(error['$metadata']);
  const status = typeof metadata['httpStatusCode'] === 'number' ? metadata['httpStatusCode'] : undefined;
  const systemCode = status === undefined ? wordOf(error['code']) : undefined;
  const name = wordOf(error['name']) ?? 'an unknown failure';
  const requestId = wordOf(metadata['requestId']);
  const { retryable, full = false, hint } = verdict(name, status, systemCode, error['message']);
  const facts = [status === undefined ? undefined : `HTTP ${status}`, requestId && `request ${requestId}`];
  const details = facts.filter(Boolean).join(', ');
  return {
    found: `${systemCode ?? name}${details && ` (${details})`}`,
    status,
    retryable,
    full,
    hint: hint === WRONG_REGION.hint ? withRegion(hint, error['$response']) : hint,
  };
}

function verdict(
  name: string,
  status: number | undefined,
  systemCode: string | undefined,
  message: unknown,
): Verdict {
  const known = BY_CODE.get(name);
  if (known) return known;
  if (name.startsWith('KMS.')) return KEY_UNUSABLE;
  if (status !== undefined) return BY_STATUS.get(status) ?? (status >= 500 ? FAULT : UNKNOWN);
  if (message === 'Region is missing') return NO_REGION;
  // ECONNREFUSED, ENOTFOUND, EPIPE ...: the kernel's words. A refused certificate has another kind of code.
  return systemCode !== undefined && /^E[A-Z_]+$/.test(systemCode) && !systemCode.startsWith('ERR_')
    ? UNREACHABLE
    : UNKNOWN;
}

function withRegion(hint: string, response: unknown): string {
  const region = wordOf(fieldsOf(fieldsOf(response)['headers'])['x-amz-bucket-region']);
  return region === undefined ? hint : `${hint}: ${region}`;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** What the other side wrote is shown only if it is one plain word. */
function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.+/=-]{1,128}$/.test(value) ? value : undefined;
}
