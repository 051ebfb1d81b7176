// What is asked of SSM's Parameter Store. A file of its own, that others load when they need it: so a bundle holds the calls that
// are made here, and not the whole client.

import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { GetParameterCommandOutput } from '@aws-sdk/client-ssm';
import { awsClientConfig } from './aws-client-settings.ts';
import type { AwsSettings } from './aws-client-settings.ts';

export class SsmCalls implements Disposable {
  readonly #client: SSMClient;
  readonly #signal: AbortSignal | undefined;

  constructor(settings: AwsSettings, signal: AbortSignal | undefined) {
    this.#client = new SSMClient(awsClientConfig(settings));
    this.#signal = signal;
  }

  /** Decrypted. @throws what the SDK throws */
  async getParameter(name: string): Promise<GetParameterCommandOutput> {
    const command = new GetParameterCommand({ Name: name, WithDecryption: true });
    return await this.#client.send(command, this.#options);
  }

  /** In the place of the one that is there, of its type. @throws what the SDK throws */
  async putParameter(name: string, text: string): Promise<void> {
    const command = new PutParameterCommand({ Name: name, Value: text, Overwrite: true });
    await this.#client.send(command, this.#options);
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  get #options(): { readonly abortSignal?: AbortSignal } {
    return this.#signal === undefined ? {} : { abortSignal: this.#signal };
  }
}
