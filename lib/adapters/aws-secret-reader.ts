// Reads one text from Secrets Manager or from SSM's Parameter Store. Their clients are loaded when first needed: a program that
// never asks never pays for them. No error quotes or keeps an answer: it may hold the secret.

import type { GetSecretValueCommandOutput, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { GetParameterCommandOutput, SSMClient } from '@aws-sdk/client-ssm';
import { Secret } from '../core/secret.ts';
import { awsClientConfig } from './aws-client-settings.ts';
import type { AwsSettings } from './aws-client-settings.ts';
import { notAnswered } from './aws-errors.ts';

export interface AwsSecretReaderOptions extends Omit<AwsSettings, 'endpoint'> {
  /** Aborted: calls under way and further ones fail. */
  readonly signal?: AbortSignal;
}

/** `binary`: there is a value, and it is no text. */
export type SecretText = Secret | 'binary';

export class AwsSecretReader implements Disposable {
  readonly #settings: AwsSettings;
  readonly #callOptions: { readonly abortSignal?: AbortSignal };
  readonly #open: Disposable[] = [];
  #secretsManager: Promise<(id: string) => Promise<GetSecretValueCommandOutput>> | undefined;
  #ssm: Promise<(name: string) => Promise<GetParameterCommandOutput>> | undefined;

  constructor({ signal, ...settings }: AwsSecretReaderOptions) {
    this.#settings = settings;
    this.#callOptions = signal === undefined ? {} : { abortSignal: signal };
  }

  /** @param id name or ARN. @throws what the SDK throws, or `notAnswered` */
  async readSecret(id: string): Promise<SecretText> {
    this.#secretsManager ??= this.#openSecretsManager();
    const { SecretString: text, SecretBinary: binary } = await (await this.#secretsManager)(id);
    if (text !== undefined) return new Secret(text);
    if (binary !== undefined) return 'binary';
    throw notAnswered();
  }

  /** Decrypted. @param name with its path. @throws as `readSecret` */
  async readParameter(name: string): Promise<SecretText> {
    this.#ssm ??= this.#openSsm();
    const { Parameter: parameter } = await (await this.#ssm)(name);
    if (parameter?.Value === undefined) throw notAnswered();
    return new Secret(parameter.Value);
  }

  [Symbol.dispose](): void {
    for (const client of this.#open) client[Symbol.dispose]();
  }

  async #openSecretsManager(): Promise<(id: string) => Promise<GetSecretValueCommandOutput>> {
    const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
    const client = new SecretsManagerClient(awsClientConfig(this.#settings));
    this.#closeLater(client);
    return async (SecretId) => await client.send(new GetSecretValueCommand({ SecretId }), this.#callOptions);
  }

  async #openSsm(): Promise<(name: string) => Promise<GetParameterCommandOutput>> {
    const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
    const client = new SSMClient(awsClientConfig(this.#settings));
    this.#closeLater(client);
    return async (Name) =>
      await client.send(new GetParameterCommand({ Name, WithDecryption: true }), this.#callOptions);
  }

  #closeLater(client: SecretsManagerClient | SSMClient): void {
    this.#open.push({ [Symbol.dispose]: () => client.destroy() });
  }
}
