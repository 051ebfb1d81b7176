// What a person should do about a failure of an AWS service, and whether it passes by itself. Nothing here decides to retry.

import type { AwsFailureKind } from './aws-errors.ts';

/** What was called. */
export interface AwsTarget {
  /** As people call it: `DynamoDB`. */
  readonly service: string;
  /** What was worked on: `the table mail`. */
  readonly resource: string;
  /** What the program's role must be allowed: `read and write the table mail`. */
  readonly right: string;
  /** What helps if throttling lasts: `raise the throughput of the table mail`. */
  readonly relief: string;
}

export interface AwsAdvice {
  readonly retryable: boolean;
  readonly hint: string;
}

export const GO_ON = 'run again: what is stored stays stored, and the import goes on where it stopped';

export function adviseOn(kind: AwsFailureKind, { service, resource, right, relief }: AwsTarget): AwsAdvice {
  switch (kind) {
    case 'missing':
      return lasting(`check that ${resource} exists in this region and account`);
    case 'refused':
      return lasting(`allow this role to ${right}`);
    case 'no-credentials':
      return lasting('check the AWS credentials and the clock of this machine');
    case 'no-region':
      return lasting(`say in which AWS region ${resource} is, as with the variable AWS_REGION`);
    case 'key-unusable':
      return lasting(`enable the encryption key of ${resource}, and allow this role to use it`);
    case 'throttled':
      return passing(`run again later; if it stays so, ${relief}`);
    case 'aborted':
    case 'server-fault':
      return passing(GO_ON);
    case 'network':
      return passing(`check the network between this machine and ${service}, then run again`);
    case 'impostor':
      return passing(`check the endpoint, and what stands between this machine and ${service}`);
    case 'unknown':
      return lasting('this should not happen: please report it with the text of this error');
  }
}

function passing(hint: string): AwsAdvice {
  return { retryable: true, hint };
}

function lasting(hint: string): AwsAdvice {
  return { retryable: false, hint };
}
