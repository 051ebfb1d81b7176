// What is asked of Secrets Manager. A file of its own, that others load when they need it: so a bundle holds the calls that are
// made here, and not the whole client.

import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import { awsClientConfig } from './aws-client-settings.ts';
import type { AwsSettings } from './aws-client-settings.ts';
import { notAnswered } from './aws-errors.ts';

const CURRENT = 'AWSCURRENT';

/** A secret is named by its name or its ARN. All throw what the SDK throws. */
export class SecretsManagerCalls implements Disposable {
  readonly #client: SecretsManagerClient;
  readonly #signal: AbortSignal | undefined;

  constructor(settings: AwsSettings, signal: AbortSignal | undefined) {
    this.#client = new SecretsManagerClient(awsClientConfig(settings));
    this.#signal = signal;
  }

  async getCurrent(id: string): Promise<GetSecretValueCommandOutput> {
    const command = new GetSecretValueCommand({ SecretId: id, VersionStage: CURRENT });
    return await this.#client.send(command, this.#options);
  }

  /**
   * A new version. @param stage its label instead of that of the current one
   * @returns its id. @throws also `notAnswered`
   */
  async putVersion(id: string, text: string, stage?: string): Promise<string> {
    const command = new PutSecretValueCommand({
      SecretId: id,
      SecretString: text,
      ...(stage !== undefined && { VersionStages: [stage] }),
    });
    const { VersionId: version } = await this.#client.send(command, this.#options);
    if (version === undefined) throw notAnswered();
    return version;
  }

  /** @throws InvalidParameterException of the SDK unless `inPlaceOf` is the current version */
  async makeCurrent(id: string, version: string, inPlaceOf: string): Promise<void> {
    const command = new UpdateSecretVersionStageCommand({
      SecretId: id,
      VersionStage: CURRENT,
      MoveToVersionId: version,
      RemoveFromVersionId: inPlaceOf,
    });
    await this.#client.send(command, this.#options);
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  get #options(): { readonly abortSignal?: AbortSignal } {
    return this.#signal === undefined ? {} : { abortSignal: this.#signal };
  }
}
