// The events that EventBridge was told of, seen on their way there: those that arrived, whether or not the sender learned of it.

import type { AwsRequest } from '../aws-fault-proxy.ts';
import type { AwsFault } from '../aws-fault.ts';

export class ToldEvents {
  readonly #runs = new Set<string>();
  /** All of them, repeated ones too. */
  count = 0;

  /** @param fault what happens to the request */
  note({ operation, body }: AwsRequest, fault: AwsFault | undefined): void {
    if (operation !== 'PutEvents' || (fault !== undefined && fault !== 'answer-lost')) return;
    for (const { Detail } of body['Entries'] as readonly { readonly Detail: string }[]) {
      this.count += 1;
      const { type, data } = JSON.parse(Detail) as { type: string; data: { runId?: string } };
      if (type === 'mailferry.run.completed' && data.runId !== undefined) this.#runs.add(data.runId);
    }
  }

  /** Runs of whose end somebody was told. */
  get completedRuns(): ReadonlySet<string> {
    return this.#runs;
  }
}
