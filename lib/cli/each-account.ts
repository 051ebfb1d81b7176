// The accounts of one command, one after the other, each told as soon as its turn is over. What goes wrong with one keeps no
// other from its turn.

import type { Account, AccountId } from '../core/account.ts';
import { toRunError } from '../core/run-error.ts';
import type { RunError } from '../core/run-error.ts';
import { CountProgress } from './count-progress.ts';
import { EXIT_FAILED } from './exit.ts';
import type { SignalWatch } from './signals.ts';

export interface Turn<Result> {
  readonly account: AccountId;
  /** `undefined` where there is a failure. */
  readonly result: Result | undefined;
  /** What the turn ended with before it was done. */
  readonly failure: RunError | undefined;
}

export interface EachAccountOptions<Result> {
  /** Aborted: no further account has its turn. */
  readonly stop: AbortSignal;
  /** Nothing is told but by the caller, in the end. */
  readonly json: boolean;
  readonly describe: (turn: Turn<Result>) => string;
}

/** For a command that may be cut off anywhere: what is cut off is taken up by the next one. */
export function exitOnAbort({ abort }: SignalWatch): void {
  abort.addEventListener('abort', () => process.exit(EXIT_FAILED));
}

export async function eachAccount<Result>(
  accounts: readonly Account[],
  { stop, json, describe }: EachAccountOptions<Result>,
  work: (account: Account, progress: CountProgress) => Promise<Result>,
): Promise<readonly Turn<Result>[]> {
  const turns: Turn<Result>[] = [];
  for (const account of accounts) {
    const turn = await take(account, json, work);
    turns.push(turn);
    if (!json) console.log(`${turns.length > 1 ? '\n' : ''}${describe(turn)}`);
    if (stop.aborted) break;
  }
  return turns;
}

/** Every account had its turn and is good, and everything that was to be parsed is: nothing less is told as whole. */
export function isAllDone<Result>(
  accounts: readonly Account[],
  turns: readonly Turn<Result>[],
  isGood: (turn: Turn<Result>) => boolean,
  parsing: { readonly failed: number; readonly error?: string },
): boolean {
  return turns.length === accounts.length && turns.every(isGood) && parsing.error === undefined;
}

async function take<Result>(
  account: Account,
  json: boolean,
  work: (account: Account, progress: CountProgress) => Promise<Result>,
): Promise<Turn<Result>> {
  const { id } = account;
  const progress = new CountProgress(id, process.stderr, process.stderr.isTTY && !json);
  try {
    return { account: id, result: await work(account, progress), failure: undefined };
  } catch (error) {
    return { account: id, result: undefined, failure: toRunError(error) };
  } finally {
    progress.close();
  }
}
