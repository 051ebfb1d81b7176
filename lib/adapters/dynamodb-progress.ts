// Writing an account's progress. What a run has to say of an account that was changed under it must not hold the changed
// one back.

import { decodeTime } from 'ulid';
import type { AccountId } from '../core/account.ts';
import type { AccountProgress } from '../core/account-state.ts';
import { freshStart, isHeldBack } from '../core/fresh-start.ts';
import { number } from './dynamodb-attributes.ts';
import type { Item } from './dynamodb-attributes.ts';
import { allOf, assigning } from './dynamodb-expressions.ts';
import type { Condition } from './dynamodb-expressions.ts';
import { progressAttributes, stateKey } from './dynamodb-state-item.ts';
import type { DynamodbTable } from './dynamodb-table.ts';

/**
 * A failure of a run that began before its account was changed says nothing of the account as it is now: of that run
 * everything is kept but the waiting.
 *
 * @param permitted who may write; @param now epoch milliseconds
 * @returns whether it was permitted
 */
export async function writeProgress(
  table: DynamodbTable,
  account: AccountId,
  progress: AccountProgress,
  permitted: readonly Condition[],
  now: number,
): Promise<boolean> {
  const write = async (written: AccountProgress, ...conditions: readonly Condition[]): Promise<boolean> => {
    const { update, values } = assigning(progressAttributes(written));
    const { condition, values: compared } = allOf(...permitted, ...conditions);
    const change = { update, condition, values: { ...values, ...compared } };
    return (
      (await table.update(`writing the state of account ${account}`, stateKey(account), change)) !== undefined
    );
  };
  const began = isHeldBack(progress) ? beginOfRun(progress.lastRunId) : undefined;
  if (began === undefined) return await write(progress);
  const values: Item = { ':began': number(began), ':now': number(now) };
  // A change from the future is one of a wrong clock: it must not have a wrong password tried without end.
  const unchanged = 'attribute_not_exists(#appliedAt) OR #appliedAt < :began OR #appliedAt > :now';
  if (await write(progress, { condition: unchanged, values })) return true;
  return await write(freshStart(progress), { condition: '#appliedAt BETWEEN :began AND :now', values });
}

/** A ULID begins with its time. Epoch milliseconds. */
export function beginOfRun(runId: string): number | undefined {
  try {
    return decodeTime(runId);
  } catch {
    return undefined;
  }
}
