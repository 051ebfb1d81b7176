// What every client of an AWS service is told, so that none waits for ever. S3 and DynamoDB have needs of their own.

/** Whatever is left out comes from where the AWS SDK looks for it: environment (AWS_ENDPOINT_URL_SQS ...), profile, role. */
export interface AwsSettings {
  readonly region?: string;
  readonly endpoint?: string;
  /** Of each call, with the first. */
  readonly maxAttempts?: number;
}

const DEFAULT_MAX_ATTEMPTS = 5;
const CONNECT_TIMEOUT_MS = 5_000;
/** One attempt, with the answer. */
const CALL_TIMEOUT_MS = 10_000;

interface ClientConfig {
  readonly region?: string;
  readonly endpoint?: string;
  readonly retryMode: 'standard';
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

export function awsClientConfig({ region, endpoint, maxAttempts }: AwsSettings): ClientConfig {
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    retryMode: 'standard',
    maxAttempts: maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: CALL_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  };
}
