// Where passwords are looked up: on this machine, or in the stores of AWS. The AWS SDK is loaded when the first of those is
// asked for, and not before.

import type { AwsSecrets } from '../../adapters/aws-secrets.ts';
import { LocalSecrets } from '../../adapters/local-secrets.ts';
import { SecretsByStore } from '../../adapters/secrets-by-store.ts';
import type { Secrets } from '../../ports/access.ts';

export interface OpenSecrets {
  readonly secrets: Secrets;
  /** Safe to repeat. */
  readonly close: () => Promise<void>;
}

/** Region, credentials and endpoints are the environment's. */
export function openSecrets(): OpenSecrets {
  let opened: Promise<AwsSecrets> | undefined;
  const open = async (): Promise<AwsSecrets> => {
    opened ??= import('../../adapters/aws-secrets.ts').then(({ AwsSecrets }) => new AwsSecrets());
    return await opened;
  };
  const aws: Secrets = {
    get: async (ref) => await (await open()).get(ref),
    renew: async (ref) => await (await open()).renew(ref),
    put: async (ref, value) => await (await open()).put(ref, value),
  };
  return {
    secrets: new SecretsByStore({ aws, local: new LocalSecrets(process.env) }),
    close: async () => {
      (await opened)?.[Symbol.dispose]();
    },
  };
}
