// What anything is that an AWS client throws, whichever service it was. Shows of an answer only code, status and request id:
// the rest may hold what was sent or asked for.

/**
 * `missing` the thing asked for is not there · `refused` no right to it · `key-unusable` its encryption key does not work ·
 * `aborted` by ourselves · `server-fault` of the service's own · `network` no answer, or half of one · `impostor` an answer that
 * is not the service's: somebody between gave it.
 */
export type AwsFailureKind =
  | 'missing'
  | 'refused'
  | 'no-credentials'
  | 'no-region'
  | 'key-unusable'
  | 'throttled'
  | 'aborted'
  | 'server-fault'
  | 'network'
  | 'impostor'
  | 'unknown';

/** What can be told of anything an AWS client throws. */
export interface AwsFailure {
  readonly kind: AwsFailureKind;
  /** The service's code of the error, or what JavaScript calls it. */
  readonly name: string;
  /** Of the HTTP answer, if there was one. */
  readonly status: number | undefined;
  /** Node's code, where there was no answer: ECONNREFUSED. */
  readonly systemCode: string | undefined;
  /** For the text of an error: what support asks for, and nothing of what was sent or answered. */
  readonly found: string;
}

/** The name of an error of ours: the answer is 200, and not the service's. */
export const NOT_ANSWERED = 'NotAnswered';

/** Somebody said 200, and it was not the service. */
export function notAnswered(): Error {
  const error = new Error('there is no value in the answer');
  error.name = NOT_ANSWERED;
  return error;
}

/** By the services' names of errors, and the SDK's; S3 has its own. */
const NAMES: Readonly<Partial<Record<AwsFailureKind, string>>> = {
  missing: `ResourceNotFoundException QueueDoesNotExist AWS.SimpleQueueService.NonExistentQueue
    ParameterNotFound ParameterVersionNotFound`,
  refused: `AccessDenied AccessDeniedException KMSAccessDeniedException KmsAccessDenied
    NotAuthorizedForDetailTypeException NotAuthorizedForSourceException`,
  'no-credentials': `CredentialsProviderError ExpiredTokenException IncompleteSignatureException
    InvalidClientTokenId InvalidSignatureException MissingAuthenticationTokenException
    SignatureDoesNotMatch TokenProviderError UnrecognizedClientException`,
  'key-unusable': `DecryptionFailure InvalidKeyId KmsDisabled KmsInvalidKeyUsage KmsInvalidState
    KmsNotFound KmsOptInRequired`,
  throttled: `KmsThrottled LimitExceededException ProvisionedThroughputExceededException
    RequestLimitExceeded RequestThrottled RequestThrottledException Throttling ThrottlingException
    TooManyRequestsException`,
  aborted: 'AbortError',
  'server-fault': `InternalError InternalException InternalFailure InternalServerError
    InternalServiceError ServiceUnavailable ServiceUnavailableException`,
  network: 'TimeoutError',
  impostor: NOT_ANSWERED,
};

const KIND_OF_NAME = new Map(
  Object.entries(NAMES).flatMap(([kind, names]) =>
    names.split(/\s+/).map((name) => [name, kind as AwsFailureKind] as const),
  ),
);

export function readAwsFailure(thrown: unknown): AwsFailure {
  const error = fieldsOf(thrown);
  const metadata = fieldsOf(error['$metadata']);
  const name = wordOf(error['name']) ?? 'an unknown failure';
  const status = typeof metadata['httpStatusCode'] === 'number' ? metadata['httpStatusCode'] : undefined;
  const code = wordOf(error['code']);
  const kind = kindOf({ name, status, code, message: error['message'] });
  const systemCode = kind === 'network' || status === undefined ? code : undefined;
  const requestId = wordOf(metadata['requestId']);
  const facts = [status === undefined ? undefined : `HTTP ${status}`, requestId && `request ${requestId}`];
  const details = facts.filter(Boolean).join(', ');
  return {
    kind,
    name,
    status,
    systemCode,
    found: `${wordsFor(name, kind) ?? systemCode ?? name}${details && ` (${details})`}`,
  };
}

interface Symptoms {
  readonly name: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly message: unknown;
}

function kindOf({ name, status, code, message }: Symptoms): AwsFailureKind {
  const known = KIND_OF_NAME.get(name);
  if (known !== undefined) return known;
  if (status !== undefined && status >= 500) return 'server-fault';
  if (status === 429) return 'throttled';
  // A connection can fail in the middle of an answer too: then there is a status, and it says nothing.
  if (code !== undefined && isKernelCode(code)) return 'network';
  if (name === 'SyntaxError') return 'impostor';
  // Of TLS: whoever is there has not the certificate of the one we want.
  if (code !== undefined && status === undefined) return 'impostor';
  if (status === 403) return 'refused';
  return typeof message === 'string' && /^region is missing/i.test(message) ? 'no-region' : 'unknown';
}

/** ECONNREFUSED, ENOTFOUND, EPIPE ...: the kernel's words. Node's own and OpenSSL's are of another kind. */
function isKernelCode(code: string): boolean {
  return /^E[A-Z_]+$/.test(code) && !code.startsWith('ERR_');
}

/** Where the name says nothing to a person. */
function wordsFor(name: string, kind: AwsFailureKind): string | undefined {
  if (name === NOT_ANSWERED) return 'an answer without what was asked for';
  if (name === 'SyntaxError') return 'an answer that cannot be read';
  if (kind === 'aborted') return 'it was aborted';
  return kind === 'no-region' ? 'no region is given' : undefined;
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** What the other side wrote is shown only if it is one plain word. */
export function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.+/=-]{1,128}$/.test(value) ? value : undefined;
}
