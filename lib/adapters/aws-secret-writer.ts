// Writes one text to Secrets Manager or to SSM's Parameter Store, where there is one already. Of a secret with many parts only one
// is changed: whoever writes another part meanwhile loses nothing.

import { notAnswered } from './aws-errors.ts';
import type { AwsSecretClients } from './aws-secret-clients.ts';

/** What the secret is to become. `undefined`: it is that already. @param text `undefined` if it is binary */
export type SecretChange = (text: string | undefined) => string | undefined;

/** Writers in a row that may be faster than we are. */
const MAX_ATTEMPTS = 8;
/** A version of ours has this label until it becomes the current one. */
const NEXT = 'MAILFERRY_NEXT';

export class AwsSecretWriter {
  readonly #clients: AwsSecretClients;

  constructor(clients: AwsSecretClients) {
    this.#clients = clients;
  }

  /** @param id name or ARN. @throws what the SDK throws, or `notAnswered` */
  async writeSecret(id: string, text: string): Promise<void> {
    const secretsManager = await this.#clients.secretsManager();
    await secretsManager.putVersion(id, text);
  }

  /**
   * Compare and set: a new version becomes the current one only in the place of the version that `change` saw.
   * @param id name or ARN. @throws as `writeSecret`, and what `change` throws
   */
  async changeSecret(id: string, change: SecretChange): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#tryToChange(id, change);
        return;
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !wasOvertaken(error)) throw error;
      }
    }
  }

  /** Its type stays what it is. @param name with its path. @throws what the SDK throws */
  async writeParameter(name: string, text: string): Promise<void> {
    const ssm = await this.#clients.ssm();
    await ssm.putParameter(name, text);
  }

  async #tryToChange(id: string, change: SecretChange): Promise<void> {
    const secretsManager = await this.#clients.secretsManager();
    const before = await secretsManager.getCurrent(id);
    if (before.VersionId === undefined) throw notAnswered();
    const text = change(before.SecretString);
    if (text === undefined) return;
    const version = await secretsManager.putVersion(id, text, NEXT);
    await secretsManager.makeCurrent(id, version, before.VersionId);
  }
}

/** The current version is not the one it was: somebody wrote, or an earlier attempt of ours did and its answer was lost. */
function wasOvertaken(error: unknown): boolean {
  return error instanceof Error && error.name === 'InvalidParameterException';
}
