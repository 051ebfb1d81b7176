// Reads one text from Secrets Manager or from SSM's Parameter Store. No error quotes or keeps an answer: it may hold the secret.

import { Secret } from '../core/secret.ts';
import { notAnswered } from './aws-errors.ts';
import type { AwsSecretClients } from './aws-secret-clients.ts';

/** `binary`: there is a value, and it is no text. */
export type SecretText = Secret | 'binary';

export class AwsSecretReader {
  readonly #clients: AwsSecretClients;

  constructor(clients: AwsSecretClients) {
    this.#clients = clients;
  }

  /** @param id name or ARN. @throws what the SDK throws, or `notAnswered` */
  async readSecret(id: string): Promise<SecretText> {
    const secretsManager = await this.#clients.secretsManager();
    const { SecretString: text, SecretBinary: binary } = await secretsManager.getCurrent(id);
    if (text !== undefined) return new Secret(text);
    if (binary !== undefined) return 'binary';
    throw notAnswered();
  }

  /** Decrypted. @param name with its path. @throws as `readSecret` */
  async readParameter(name: string): Promise<SecretText> {
    const ssm = await this.#clients.ssm();
    const { Parameter: parameter } = await ssm.getParameter(name);
    if (parameter?.Value === undefined) throw notAnswered();
    return new Secret(parameter.Value);
  }
}
