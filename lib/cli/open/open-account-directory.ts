// The accounts that are polled without anybody asking: they are in the ledger's table. The AWS SDK is loaded for it alone.

import { describeLocation } from '../../config/location.ts';
import type { LedgerLocation } from '../../config/location.ts';
import { MailferryError } from '../../core/errors.ts';
import type { AccountDirectory } from '../../ports/directory.ts';

export interface OpenAccountDirectory {
  readonly directory: AccountDirectory;
  readonly close: () => void;
}

/** Sends nothing yet. The caller closes it. @throws CONFIG_INVALID for a ledger that is no table */
export async function openAccountDirectory(ledger: LedgerLocation): Promise<OpenAccountDirectory> {
  if (ledger.kind !== 'dynamodb') throw noTable(ledger);
  const { openDynamodbAccountDirectory } = await import('./open-dynamodb-account-directory.ts');
  return openDynamodbAccountDirectory(ledger.table);
}

function noTable(ledger: LedgerLocation): MailferryError {
  return new MailferryError(
    `accounts are polled from a table: the configuration has ledger: ${describeLocation(ledger)}, expected ledger: dynamodb://table`,
    {
      code: 'CONFIG_INVALID',
      scope: 'config',
      retryable: false,
      hint: 'on one machine, have cron run: mailferry import',
    },
  );
}
