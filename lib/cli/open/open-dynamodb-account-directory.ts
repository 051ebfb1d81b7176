// The directory of accounts in DynamoDB. Imported only when it is asked for: it loads the AWS SDK.

import { DynamodbAccountDirectory } from '../../adapters/dynamodb-account-directory.ts';
import { DynamodbTable } from '../../adapters/dynamodb-table.ts';
import type { OpenAccountDirectory } from './open-account-directory.ts';

/** Sends nothing yet. Region, credentials and endpoint are the environment's. */
export function openDynamodbAccountDirectory(name: string): OpenAccountDirectory {
  const table = new DynamodbTable({ table: name });
  return {
    directory: new DynamodbAccountDirectory(table, Date.now),
    close: () => {
      table[Symbol.dispose]();
    },
  };
}
