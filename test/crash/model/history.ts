// What may happen to an account: plain data, so that a history can be printed, repeated and cut down.
// Numbers that pick a message count around the messages there are.

import type { MailShape, Trouble } from './mail-message.ts';
import type { Moment } from './process.ts';
import type { ServerQuirks } from './quirks.ts';
import type { TurnOrder } from './turns.ts';
import type { OwnerPolicy } from './world.ts';

/** One message that arrives. */
export interface Arrival {
  readonly sizeClass: number;
  readonly shape: MailShape;
  /**
   * `new` · `copy` the same octets as another · `header-twin` same header and size as another, another body ·
   * `same-uidl` the server gives it the UIDL of one that is there · `same-all` and the same octets too ·
   * `reused-uidl` the UIDL of one that is gone, and a size that none with it had · `taken-uidl` and the size that one
   * with it had · `no-uidl` the server gives it none.
   */
  readonly kind:
    'new' | 'copy' | 'header-twin' | 'same-uidl' | 'same-all' | 'reused-uidl' | 'taken-uidl' | 'no-uidl';
  /** Which other. */
  readonly of: number;
  readonly trouble: Trouble | null;
}

/** What others do to the mailbox. */
export type MailboxEvent =
  | { readonly kind: 'mail'; readonly arrivals: readonly Arrival[] }
  | { readonly kind: 'other-client'; readonly deletes: readonly number[] }
  /** The server gives its messages new UIDLs: every one but so many of the oldest. */
  | { readonly kind: 'turnover'; readonly but: number };

/** What happens to one run. */
export interface RunFate {
  readonly crash: Moment | null;
  /** A call that fails. */
  readonly fault: Moment | null;
  /** Somebody interrupts it, or its time is up, at this step: `abort` ends it at once. */
  readonly stop: {
    readonly how: 'interrupt' | 'time-up' | 'abort';
    readonly atStep: number;
  } | null;
  readonly during: { readonly atStep: number; readonly event: MailboxEvent } | null;
  readonly flag: 'none' | 'no-delete' | 'dry-run';
}

export type Operation =
  | MailboxEvent
  | ({ readonly kind: 'run' } & RunFate)
  | { readonly kind: 'race'; readonly order: TurnOrder; readonly fates: readonly [RunFate, RunFate] }
  | { readonly kind: 'clock'; readonly byMs: number }
  | { readonly kind: 'server'; readonly quirks: Partial<ServerQuirks> }
  | { readonly kind: 'policy'; readonly policy: Partial<OwnerPolicy> }
  /** An object of the archive goes bad; its owner brings it back before the end. */
  | { readonly kind: 'rot'; readonly pick: number }
  /** As `mailferry retry` does. */
  | { readonly kind: 'retry' };

export interface History {
  readonly quirks: Partial<ServerQuirks>;
  readonly policy: Partial<OwnerPolicy>;
  /** A lease may be taken from the dead at once. */
  readonly knowsTheDead: boolean;
  /** Runs that find nothing to do leave no trace, if the last success is younger than this. */
  readonly quietForMs?: number;
  readonly operations: readonly Operation[];
}

export const PLAIN_FATE: RunFate = Object.freeze({
  crash: null,
  fault: null,
  stop: null,
  during: null,
  flag: 'none',
});

/** To be read and to be pasted: an operation a line. */
export function printHistory({ operations, ...setup }: History): string {
  return [JSON.stringify(setup), ...operations.map((operation) => JSON.stringify(operation))].join('\n  ');
}
