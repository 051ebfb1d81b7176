// One account's reparse under way: what all its steps need.

import type { AccountId } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import type { ArchiveDate } from '../core/record.ts';
import type { ReparseBook } from './reparse-book.ts';
import type { ReparsePorts } from './reparse-ports.ts';
import type { ReparseCounts } from './reparse-report.ts';

export interface ReparseOptions {
  /** `missing` only messages without a document · `outdated` also those whose document another parser made, or says it failed. */
  readonly which: 'all' | 'missing' | 'outdated';
  /** The first day, by `dt`. */
  readonly since: ArchiveDate | undefined;
  /** Messages under way at a time: somewhat more than are parsed at a time. */
  readonly atOnce: number;
  /** Keys between two looks into the ledger: so many objects of which nobody knows are remembered at most. Default: 50,000. */
  readonly windowKeys?: number;
  /** Aborted: what is under way is finished, and the work ends with INTERRUPTED. */
  readonly stop: AbortSignal;
  /** One more object is done with. */
  readonly onDone?: ((counts: Readonly<ReparseCounts>) => void) | undefined;
}

export interface AccountReparse {
  readonly account: AccountId;
  readonly ports: ReparsePorts;
  readonly options: ReparseOptions;
  readonly book: ReparseBook;
}

/** Before each step of work. @throws INTERRUPTED */
export function mayGoOn({ stop }: ReparseOptions): void {
  if (!stop.aborted) return;
  throw new MailferryError('the reparse was interrupted', {
    code: 'INTERRUPTED',
    scope: 'session',
    retryable: true,
    hint: 'run it again: what is parsed stays parsed; --outdated or --missing passes over it',
  });
}
