// One run of one account in the time an invocation has: what it may take, how long it may hold the account, and what came of it.

import type { Account, AccountId } from '../../lib/core/account.ts';
import type { AccountProgress, AccountState } from '../../lib/core/account-state.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import { importAccount } from '../../lib/import/import-account.ts';
import type { AccountView } from '../../lib/ports/directory.ts';
import type { Lease, LeaseHold } from '../../lib/ports/ledger.ts';
import { countRun, judgeRun } from './after-run.ts';
import type { Verdict } from './after-run.ts';
import type { FetchPorts } from './fetch-ports.ts';
import type { InvocationTime } from '../invocation-time.ts';
import { LEASE_GRACE_MS, leaseToEnd } from './lease-to-end.ts';

export interface EndedRun {
  readonly run: RunRecord;
  /** To be announced: the run as the ledger has it, and so as it would be announced later. Nothing of a quiet run. */
  readonly announceable: readonly RunRecord[];
  readonly verdict: Verdict;
  /** There was nothing to do, and there is no record of it. */
  readonly isQuiet: boolean;
  /** What the account's last run left behind: this one, if it could. */
  readonly progress: AccountProgress | undefined;
}

export type RunTime = Pick<InvocationTime, 'stop' | 'deleteUntil' | 'abort' | 'endsAt'>;

/** What one poll fetches at most: the rest is for a drain, so that the others of its batch do not wait. */
export const POLL_MESSAGES = 100;
export const POLL_OCTETS = 25 * 1024 * 1024;

/**
 * Polls that find nothing new leave a trace once an hour; a message too slow for one is left to a drain. Ten of them share the
 * memory of one function.
 */
const SHORT = {
  quietForMs: 60 * 60_000,
  chargesSlowness: false,
  storedAtOnce: { pieces: 16, octets: 4 * 1024 * 1024 },
} as const;

/**
 * The lease is taken only if there is something to do: a poll that finds nothing writes nothing. But where a drain was at work
 * whose message may still come, it is taken first.
 * @returns `undefined` when another run has it
 */
export async function runPoll(
  account: Account,
  view: AccountView,
  ports: FetchPorts,
  time: RunTime,
): Promise<EndedRun | undefined> {
  const short = withinPoll(account);
  if (view.drain !== undefined) return await runLeased(short, ports, time, SHORT);
  return await run(short, view.state, ports, time, SHORT);
}

/** @returns `undefined` when another run has the lease */
export async function runSlice(
  account: Account,
  ports: FetchPorts,
  time: RunTime,
): Promise<EndedRun | undefined> {
  return await runLeased(account, ports, time, {});
}

/**
 * The lease is taken before the server is asked for anything, so that what is asked for twice opens no second session. What
 * was seen of the account before may be old by then.
 */
async function runLeased(
  account: Account,
  ports: FetchPorts,
  time: RunTime,
  conduct: Partial<typeof SHORT>,
): Promise<EndedRun | undefined> {
  const { ledger, ownerName, newRunId } = ports.imports;
  const lease = leaseOf(ports, time);
  const held = await lease.acquire(account.id, `${ownerName}/${newRunId()}`, leaseMs(ports, time));
  if (!('fence' in held)) return undefined;
  try {
    const state = await ledger.state(account.id);
    return await run(account, state, ports, time, { ...conduct, held });
  } finally {
    await lease.release(held);
  }
}

interface LeftBehind {
  /** As written. Of a quiet run there is none. */
  recorded: RunRecord | undefined;
  /** As written last. */
  progress: AccountProgress | undefined;
  /** Written, or refused because another run has the lease and writes its own. */
  isProgressSettled: boolean;
}

async function run(
  account: Account,
  state: AccountState,
  ports: FetchPorts,
  time: RunTime,
  conduct: Partial<typeof SHORT> & { readonly held?: LeaseHold },
): Promise<EndedRun> {
  const { stop, deleteUntil, abort } = time;
  const left: LeftBehind = { recorded: undefined, progress: state.progress, isProgressSettled: false };
  const record = await importAccount(
    account,
    { ...ports.imports, lease: leaseOf(ports, time) },
    {
      ...conduct,
      stop,
      deleteUntil,
      abort,
      state,
      leaseMs: leaseMs(ports, time),
      observer: {
        progressLeft: (saved, progress) => {
          left.isProgressSettled = true;
          if (saved === 'saved') left.progress = progress;
        },
        recorded: (run) => {
          left.recorded = run;
        },
      },
    },
  );
  const { recorded, progress, isProgressSettled } = left;
  const verdict = judgeRun(record, isProgressSettled);
  countRun(record, verdict, ports.watch);
  const isQuiet = recorded === undefined && record.outcome === 'complete';
  if (!isQuiet) tell(account.id, record, verdict, ports);
  return { run: record, announceable: isQuiet ? [] : [recorded ?? record], verdict, isQuiet, progress };
}

/** Codes and numbers. The words, which may be a server's, are in the run's record. */
function tell(account: AccountId, record: RunRecord, verdict: Verdict, { watch }: FetchPorts): void {
  const { runId, outcome, counts, octets, errors, notices, deletions } = record;
  const facts = {
    account,
    runId,
    outcome,
    verdict,
    counts,
    octets,
    tookMs: record.endedAt - record.startedAt,
    errors: errors.map(({ code }) => code),
    notices: notices.map(({ code }) => code),
    deletions: { outcome: deletions.outcome, count: deletions.entries.length },
  };
  if (verdict === 'broken') watch.error('a run failed, and its message comes back', facts);
  else if (verdict === 'done') watch.info('a run ended', facts);
  else watch.warn('a run was stopped', facts);
}

function withinPoll(account: Account): Account {
  const { limits } = account;
  return {
    ...account,
    limits: {
      ...limits,
      runMessages: Math.min(POLL_MESSAGES, limits.runMessages ?? POLL_MESSAGES),
      runOctets: Math.min(POLL_OCTETS, limits.runOctets ?? POLL_OCTETS),
    },
  };
}

function leaseOf({ imports }: FetchPorts, { endsAt }: RunTime): Lease {
  return leaseToEnd(imports.lease, endsAt, imports.now);
}

function leaseMs({ imports }: FetchPorts, { endsAt }: RunTime): number {
  return LEASE_GRACE_MS + Math.max(0, endsAt - imports.now());
}
