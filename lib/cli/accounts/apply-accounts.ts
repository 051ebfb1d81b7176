// Makes the table's accounts those of a configuration. Safe to repeat, and to go on with after a failure: what is applied is
// unchanged then. Never removes an account unless it is told to, and never anything of its mail.

import { inParallel } from '../../core/in-parallel.ts';
import { toSpec } from '../../core/account-spec.ts';
import type { Account, AccountId } from '../../core/account.ts';
import { slotOf } from '../../core/schedule.ts';
import type { Slot } from '../../core/schedule.ts';
import type { AccountDirectory } from '../../ports/directory.ts';
import { changedKeys } from './changed-keys.ts';
import { checkPrune } from './prune.ts';
import type { Prune } from './prune.ts';

export interface ApplyAccountsInput {
  /** Such as `toDeployableAccounts` gives. */
  readonly accounts: readonly Account[];
  readonly directory: Pick<AccountDirectory, 'view' | 'apply' | 'remove' | 'list'>;
  /** Remove the accounts that are in the table and not among `accounts`. */
  readonly prune: Prune;
  /** Only tell what would be done. */
  readonly dryRun?: boolean;
}

/** What was done, or would be. Every account of either side is in exactly one list. */
export interface AccountsDiff {
  readonly created: readonly AccountId[];
  /** `keys`: as they are called in mailferry.yaml. */
  readonly changed: readonly { readonly account: AccountId; readonly keys: readonly string[] }[];
  readonly unchanged: readonly AccountId[];
  readonly removed: readonly AccountId[];
  /** In the table only, and not removed. */
  readonly leftAlone: readonly AccountId[];
}

/** Enough to hide the way there and back of ten thousand accounts. */
const AT_ONCE = 16;

interface Applied {
  readonly outcome: 'created' | 'changed' | 'unchanged';
  readonly keys: readonly string[];
}

/** @throws CONFIG_INVALID, with nothing done, for a prune that is larger than meant; LEDGER_FAILED, with what was applied by then */
export async function applyAccounts(input: ApplyAccountsInput): Promise<AccountsDiff> {
  const { accounts, directory, prune, dryRun = false } = input;
  const slots = await slotsIn(directory);
  const ids = accounts.map(({ id }) => id);
  const others = [...slots.keys()].filter((id) => !ids.includes(id)).sort();
  checkPrune(prune, others, slots.size);
  const applied = new Map<AccountId, Applied>();
  await inParallel(accounts, AT_ONCE, async (account) => {
    applied.set(account.id, await applyOne(account, directory, { dryRun, slot: slots.get(account.id) }));
  });
  if (prune !== 'none' && !dryRun) {
    await inParallel(others, AT_ONCE, async (id) => {
      await directory.remove(id);
    });
  }
  const withOutcome = (outcome: Applied['outcome']): AccountId[] =>
    ids.filter((id) => applied.get(id)?.outcome === outcome);
  return {
    created: withOutcome('created'),
    changed: withOutcome('changed').map((account) => ({ account, keys: applied.get(account)?.keys ?? [] })),
    unchanged: withOutcome('unchanged'),
    removed: prune === 'none' ? [] : others,
    leftAlone: prune === 'none' ? others : [],
  };
}

/** @param slot in which the account is by the index */
async function applyOne(
  account: Account,
  directory: ApplyAccountsInput['directory'],
  { dryRun, slot }: { readonly dryRun: boolean; readonly slot: Slot | undefined },
): Promise<Applied> {
  const { applied } = await directory.view(account.id);
  const keys = applied === undefined ? [] : changedKeys(applied.account, account);
  if (!dryRun) return { outcome: await directory.apply(account), keys };
  if (applied === undefined) return { outcome: 'created', keys };
  // As `apply` compares.
  const isSame =
    toSpec(applied.account) === toSpec(account) &&
    slot === slotOf(account.id, account.schedule, account.paused);
  return { outcome: isSame ? 'unchanged' : 'changed', keys };
}

/** Every account of the table. One that moves from slot to slot just now may be seen in both. */
async function slotsIn(directory: ApplyAccountsInput['directory']): Promise<ReadonlyMap<AccountId, Slot>> {
  const slots = new Map<AccountId, Slot>();
  for await (const { id, slot } of directory.list()) slots.set(id, slot);
  return slots;
}
