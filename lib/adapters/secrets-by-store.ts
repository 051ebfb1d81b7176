// The Secrets port that sends each reference to where it leads: to AWS, or to this machine if secrets of this machine are
// allowed. In Lambda they are not: there is no person there to put them there.

import type { SecretRef } from '../core/account.ts';
import type { Secret } from '../core/secret.ts';
import type { Secrets } from '../ports/access.ts';
import { AWS_SECRETS, secretUnavailable } from './secret-unavailable.ts';

export interface SecretStores {
  readonly aws: Secrets;
  /** For `env:`, `file:` and `command:`. Without it they are SECRET_UNAVAILABLE. */
  readonly local?: Secrets;
}

export class SecretsByStore implements Secrets {
  readonly #stores: SecretStores;

  constructor(stores: SecretStores) {
    this.#stores = stores;
  }

  async get(ref: SecretRef): Promise<Secret> {
    return await this.#storeOf(ref).get(ref);
  }

  async renew(ref: SecretRef): Promise<Secret | undefined> {
    return await this.#storeOf(ref).renew(ref);
  }

  async put(ref: SecretRef, value: Secret): Promise<'kept' | 'unwritable'> {
    return await this.#storeOf(ref).put(ref, value);
  }

  #storeOf(ref: SecretRef): Secrets {
    const { aws, local } = this.#stores;
    if (ref.store === 'secretsmanager' || ref.store === 'ssm') return aws;
    if (local !== undefined) return local;
    throw secretUnavailable(ref, {
      why: 'variables, files and commands are not read here',
      hint: `${AWS_SECRETS}: put it there, and apply the account again`,
      retryable: false,
    });
  }
}
