// Makes the table's accounts those of a configuration. Safe to repeat, and to go on with after a failure: what is applied is
// unchanged then. Never removes an account unless it is told to, and never anything of its mail.

import { forEachAtMost } from '../../adapters/bounded-work.ts';
import type { Account, AccountId } from '../../core/account.ts';
import type { AccountDirectory } from '../../ports.ts';
import { changedKeys } from './changed-keys.ts';

export interface ApplyAccountsInput {
  /** Such as `toDeployableAccounts` gives. */
  readonly accounts: readonly Account[];
  readonly directory: Pick<AccountDirectory, 'view' | 'apply' | 'remove' | 'list'>;
  /** Remove the accounts that are in the table and not among `accounts`. */
  readonly prune: boolean;
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

/** @throws LEDGER_FAILED; what was applied by then stays applied */
export async function applyAccounts(input: ApplyAccountsInput): Promise<AccountsDiff> {
  const { accounts, directory, prune, dryRun = false } = input;
  const applied = new Map<AccountId, Applied>();
  await forEachAtMost(AT_ONCE, accounts, async (account) => {
    applied.set(account.id, await applyOne(account, directory, dryRun));
  });
  const others = await othersIn(directory, applied);
  if (prune && !dryRun) {
    await forEachAtMost(AT_ONCE, others, async (id) => {
      await directory.remove(id);
    });
  }
  const ids = accounts.map(({ id }) => id);
  const withOutcome = (outcome: Applied['outcome']): AccountId[] =>
    ids.filter((id) => applied.get(id)?.outcome === outcome);
  return {
    created: withOutcome('created'),
    changed: withOutcome('changed').map((account) => ({ account, keys: applied.get(account)?.keys ?? [] })),
    unchanged: withOutcome('unchanged'),
    removed: prune ? others : [],
    leftAlone: prune ? [] : others,
  };
}

async function applyOne(
  account: Account,
  directory: ApplyAccountsInput['directory'],
  dryRun: boolean,
): Promise<Applied> {
  const { applied } = await directory.view(account.id);
  const keys = applied === undefined ? [] : changedKeys(applied.account, account);
  if (!dryRun) return { outcome: await directory.apply(account), keys };
  if (applied === undefined) return { outcome: 'created', keys };
  return { outcome: keys.length > 0 ? 'changed' : 'unchanged', keys };
}

async function othersIn(
  directory: ApplyAccountsInput['directory'],
  applied: ReadonlyMap<AccountId, Applied>,
): Promise<AccountId[]> {
  const others = new Set<AccountId>();
  // While an account moves from slot to slot it may be seen in both.
  for await (const { id } of directory.list()) if (!applied.has(id)) others.add(id);
  return [...others].sort();
}
