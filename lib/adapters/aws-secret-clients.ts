// The clients of Secrets Manager and of SSM, each loaded and made when it is first needed: a program that never asks never pays
// for them.

import type { AwsSettings } from './aws-client-settings.ts';
import type { SecretsManagerCalls } from './secrets-manager-calls.ts';
import type { SsmCalls } from './ssm-calls.ts';

export interface AwsSecretOptions extends Omit<AwsSettings, 'endpoint'> {
  /** Aborted: calls under way and further ones fail. */
  readonly signal?: AbortSignal;
}

export class AwsSecretClients implements Disposable {
  readonly #settings: AwsSettings;
  readonly #signal: AbortSignal | undefined;
  readonly #open: Disposable[] = [];
  #secretsManager: Promise<SecretsManagerCalls> | undefined;
  #ssm: Promise<SsmCalls> | undefined;

  constructor({ signal, ...settings }: AwsSecretOptions) {
    this.#settings = settings;
    this.#signal = signal;
  }

  async secretsManager(): Promise<SecretsManagerCalls> {
    this.#secretsManager ??= this.#openSecretsManager();
    return await this.#secretsManager;
  }

  async ssm(): Promise<SsmCalls> {
    this.#ssm ??= this.#openSsm();
    return await this.#ssm;
  }

  [Symbol.dispose](): void {
    for (const client of this.#open) client[Symbol.dispose]();
  }

  async #openSecretsManager(): Promise<SecretsManagerCalls> {
    const { SecretsManagerCalls } = await import('./secrets-manager-calls.ts');
    const calls = new SecretsManagerCalls(this.#settings, this.#signal);
    this.#open.push(calls);
    return calls;
  }

  async #openSsm(): Promise<SsmCalls> {
    const { SsmCalls } = await import('./ssm-calls.ts');
    const calls = new SsmCalls(this.#settings, this.#signal);
    this.#open.push(calls);
    return calls;
  }
}
