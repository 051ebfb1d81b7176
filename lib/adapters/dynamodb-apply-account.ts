// Putting an account into the directory, changing it, and taking it out: one conditional write on what was read. A condition that fails is
// read about and decided again, so that of two who apply at once one comes last and nothing is a mixture of both, and a run
// that writes its progress meanwhile loses nothing but what the change takes from it.

import type { Account, AccountId } from '../core/account.ts';
import { fromSpec, toSpec } from '../core/account-spec.ts';
import type { AccountProgress } from '../core/account-state.ts';
import { freshStart } from '../core/fresh-start.ts';
import { slotOf } from '../core/schedule.ts';
import { number, readNumberIfAny, text } from './dynamodb-attributes.ts';
import type { Item } from './dynamodb-attributes.ts';
import { ledgerBusy } from './dynamodb-errors.ts';
import { allOf, assigning, ifStill } from './dynamodb-expressions.ts';
import { progressAttributes, stateKey, toState } from './dynamodb-state-item.ts';
import type { DynamodbTable } from './dynamodb-table.ts';

/** More than one is needed only when a run or another who applies wrote in between. */
const MAX_DECISIONS = 8;

type Applied = 'created' | 'changed' | 'unchanged';

export interface Applying {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Called before the account gets into a slot. */
  readonly announce: () => Promise<void>;
  /** What a later version of this program wrote is replaced too. */
  readonly replacesUnreadable: boolean;
}

/**
 * As AccountDirectory.apply. What is unchanged costs one read. Nothing but the account itself is replaced: what is known of its
 * mail stays.
 * @throws LEDGER_FAILED too where a later version of this program wrote what is there, unless that is to be replaced
 */
export async function applyAccount(
  table: DynamodbTable,
  account: Account,
  { now, announce, replacesUnreadable }: Applying,
): Promise<Applied> {
  const what = `applying account ${account.id}`;
  const spec = toSpec(account);
  const slot = slotOf(account.id, account.schedule, account.paused);
  let tried: Applied | undefined;
  for (let decisions = 0; decisions < MAX_DECISIONS; decisions += 1) {
    const there = await table.get(what, stateKey(account.id));
    const canonical = canonicalSpec(there?.['spec']?.S, replacesUnreadable);
    if (canonical === spec && there?.['slot']?.S === slot) {
      // An answer was lost, and it is what we wrote: nobody else writes the same at the same millisecond.
      return tried !== undefined && readNumberIfAny(there, 'appliedAt') === now ? tried : 'unchanged';
    }
    if (tried === undefined) await announce();
    tried = there?.['spec'] === undefined ? 'created' : 'changed';
    const attributes = { spec: text(spec), slot: text(slot), appliedAt: number(now) };
    if (await writeIfStill(table, what, account.id, there, attributes)) return tried;
  }
  throw ledgerBusy(what, table.name, 'others keep changing the account');
}

/**
 * As this version writes what is there: an older one, perhaps, wrote the same account in other words.
 * @returns `undefined` if nothing is there, or nothing that can be read
 */
function canonicalSpec(spec: string | undefined, replacesUnreadable: boolean): string | undefined {
  if (spec === undefined) return undefined;
  try {
    return toSpec(fromSpec(spec));
  } catch (error) {
    if (replacesUnreadable) return undefined;
    throw error;
  }
}

/** As AccountDirectory.remove. */
export async function removeAccount(table: DynamodbTable, account: AccountId): Promise<boolean> {
  const what = `removing account ${account}`;
  for (let decisions = 0; decisions < MAX_DECISIONS; decisions += 1) {
    const there = await table.get(what, stateKey(account));
    // It was there before: whoever removed it since, it may have been we, and the answer was lost.
    if (there?.['spec'] === undefined) return decisions > 0;
    const change = assigning({ spec: undefined, slot: undefined, appliedAt: undefined });
    // As it was read: a request that comes late must not remove what was applied since.
    const still = ifStill('appliedAt', there['appliedAt']);
    if (await table.update(what, stateKey(account), { update: change.update, ...still })) return true;
  }
  throw ledgerBusy(what, table.name, 'others keep changing the account');
}

/** As AccountDirectory.resume. */
export async function resumeAccount(table: DynamodbTable, account: AccountId): Promise<void> {
  const what = `resuming account ${account}`;
  for (let decisions = 0; decisions < MAX_DECISIONS; decisions += 1) {
    const there = await table.get(what, stateKey(account));
    if (there?.['notBefore'] === undefined && there?.['suspendedFor'] === undefined) return;
    if (await writeIfStill(table, what, account, there, {})) return;
  }
  throw ledgerBusy(what, table.name, 'others keep changing the account');
}

/** Writes the attributes, and gives the account a fresh start. @returns false if it is not as it was read any more */
async function writeIfStill(
  table: DynamodbTable,
  what: string,
  account: AccountId,
  there: Item | undefined,
  attributes: Item,
): Promise<boolean> {
  const { progress } = toState(there);
  const { update, values } = assigning({ ...attributes, ...started(progress) });
  const before = ['spec', 'slot', 'appliedAt', 'progress'].map((name) => ifStill(name, there?.[name]));
  const { condition, values: compared } = allOf(...before);
  const change = { update, condition, values: { ...values, ...compared } };
  return (await table.update(what, stateKey(account), change)) !== undefined;
}

function started(progress: AccountProgress | undefined): ReturnType<typeof progressAttributes> {
  if (progress === undefined) return { notBefore: undefined, retry: undefined, suspendedFor: undefined };
  return progressAttributes(freshStart(progress));
}
