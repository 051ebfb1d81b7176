// What a deployment means for the accounts in the table: those of the configuration are put there, and those that the last
// deployment put there and this one has not are taken out of the schedules. Others are left alone. Safe to repeat.

import { fromSpec } from '../../lib/core/account-spec.ts';
import { ACCOUNT_ID_PATTERN } from '../../lib/core/account.ts';
import type { AccountId } from '../../lib/core/account.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import { inParallel } from '../../lib/core/in-parallel.ts';
import type { AccountDirectory } from '../../lib/ports/directory.ts';

/** By the account's id, what `toSpec` made of it. */
export type Specs = Readonly<Record<string, string>>;

export interface Deployment {
  /** Empty in the first. */
  readonly before: Specs;
  readonly after: Specs;
}

export type Applied = Record<'created' | 'changed' | 'unchanged' | 'removed', number>;

const AT_ONCE = 8;

/** @throws LEDGER_FAILED, CONFIG_INVALID; what was applied by then stays applied */
export async function applyDeployed(
  { before, after }: Deployment,
  directory: Pick<AccountDirectory, 'apply' | 'remove'>,
): Promise<Applied> {
  const applied: Applied = { created: 0, changed: 0, unchanged: 0, removed: 0 };
  // All are read before the first is written.
  const accounts = Object.entries(after).map(([id, spec]) => readAccount(id, spec));
  const gone = Object.keys(before).filter((id) => !(id in after));
  await inParallel(accounts, AT_ONCE, async (account) => {
    applied[await directory.apply(account)] += 1;
  });
  await inParallel(gone.filter(isAccountId), AT_ONCE, async (id) => {
    if (await directory.remove(id)) applied.removed += 1;
  });
  return applied;
}

function readAccount(id: string, spec: string): ReturnType<typeof fromSpec> {
  const account = fromSpec(spec);
  if (account.id === id) return account;
  throw new MailferryError(`the deployment calls account ${account.id} by another name`, {
    code: 'CONFIG_INVALID',
    scope: 'config',
    retryable: false,
    hint: 'deploy with the version of the stack that belongs to the functions',
  });
}

function isAccountId(id: string): id is AccountId {
  return ACCOUNT_ID_PATTERN.test(id);
}
