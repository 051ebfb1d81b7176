// One account's move under way: what all its steps need.

import type { AccountId } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import type { HeldLeases } from '../lease/held-leases.ts';
import type { MoveBook } from './move-book.ts';
import type { MovePorts } from './move-ports.ts';

export interface MoveOptions {
  /** Aborted: what is under way is finished, and the move ends with INTERRUPTED. */
  readonly stop: AbortSignal;
  readonly observer?: MoveObserver | undefined;
}

/** What happens, for whoever watches. Nothing thrown here is caught. */
export interface MoveObserver {
  /** `copying` objects and records · `comparing` all of them. */
  phase?(phase: 'copying' | 'comparing'): void;
  /** One more object or record is done with, in this phase. */
  done?(what: 'object' | 'record'): void;
  /** Octets copied. */
  octets?(count: number): void;
}

export interface AccountMove {
  readonly account: AccountId;
  readonly ports: MovePorts;
  readonly options: MoveOptions;
  readonly leases: HeldLeases;
  readonly book: MoveBook;
  /** The target has worked on the account by itself: nothing that it knows is changed. */
  readonly isTargetAhead: boolean;
  /** Stands in the marks that the move sets. */
  readonly runId: string;
}

/** Objects or records under way at a time: a storage far away takes its time for each. */
export const AT_ONCE = 16;

/** Before each step of work. @throws INTERRUPTED, LEASE_LOST */
export async function mayGoOn({ options, leases }: AccountMove): Promise<void> {
  if (options.stop.aborted) throw interrupted();
  await leases.keep();
}

function interrupted(): MailferryError {
  return new MailferryError('the move was interrupted', {
    code: 'INTERRUPTED',
    scope: 'session',
    retryable: true,
    hint: 'move again: it goes on where it stopped',
  });
}
