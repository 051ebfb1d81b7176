// What the parts of one run share.

import type { Account } from '../core/account.ts';
import type { ImportOptions } from './import-options.ts';
import type { ImportPorts } from './import-ports.ts';
import type { RunBook } from './run-book.ts';

export interface AccountRun {
  readonly account: Account;
  readonly ports: ImportPorts;
  readonly options: ImportOptions;
  readonly runId: string;
  readonly book: RunBook;
}
