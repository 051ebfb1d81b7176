// What a test of the DynamoDB adapters stands on: the server, the proxy before it, and the table through both.

import type { DynamodbTable, DynamodbTableOptions } from '../../lib/adapters/dynamodb-table.ts';
import { openTestTable, startDynalite } from './dynalite.ts';
import { startAwsFaultProxy } from './aws-fault-proxy.ts';
import type { AwsFaultProxy } from './aws-fault-proxy.ts';

export interface DynamodbRig extends AsyncDisposable {
  /** Past the proxy. */
  readonly serverPort: number;
  readonly proxy: AwsFaultProxy;
  /** Through the proxy. */
  readonly table: DynamodbTable;
  /** Another client, through the proxy or (`direct`) past it. */
  open(options?: RigTableOptions): DynamodbTable;
}

export type RigTableOptions = Partial<Omit<DynamodbTableOptions, 'endpoint'>> & { readonly direct?: boolean };

export async function openDynamodbRig(options: RigTableOptions = {}): Promise<DynamodbRig> {
  const stack = new AsyncDisposableStack();
  try {
    const server = stack.use(await startDynalite());
    const proxy = stack.use(await startAwsFaultProxy(server.port));
    const open = ({ direct = false, ...others }: RigTableOptions = {}): DynamodbTable =>
      stack.use(openTestTable(direct ? server.port : proxy.port, others));
    return {
      serverPort: server.port,
      proxy,
      table: open(options),
      open,
      [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
