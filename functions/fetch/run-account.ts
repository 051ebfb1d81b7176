// One run of one account in the time an invocation has: what it may take, how long it may hold the account, and what came of it.

import type { Account, AccountId } from '../../lib/core/account.ts';
import type { AccountProgress } from '../../lib/core/account-state.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import { importAccount } from '../../lib/import/import-account.ts';
import type { AccountView, Lease, LeaseHold } from '../../lib/ports.ts';
import { countRun, judgeRun } from './after-run.ts';
import type { Verdict } from './after-run.ts';
import type { FetchPorts } from './fetch-ports.ts';
import type { InvocationTime } from '../invocation-time.ts';
import { LEASE_GRACE_MS, leaseToEnd } from './lease-to-end.ts';
import { WatchedLedger } from './watched-ledger.ts';

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
const POLL_MESSAGES = 100;
const POLL_OCTETS = 25 * 1024 * 1024;

/** Polls that find nothing new leave a trace once an hour; a message too slow for one is left to a drain. */
const SHORT = { quietForMs: 60 * 60_000, chargesSlowness: false } as const;

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
  if (view.drain !== undefined) return await runLeased(short, view, ports, time, SHORT);
  return await run(short, view, ports, time, { ...SHORT, lease: leaseOf(ports, time) });
}

/** @returns `undefined` when another run has the lease */
export async function runSlice(
  account: Account,
  view: AccountView,
  ports: FetchPorts,
  time: RunTime,
): Promise<EndedRun | undefined> {
  return await runLeased(account, view, ports, time, {});
}

/** The lease is taken before the server is asked for anything, so that what is asked for twice opens no second session. */
async function runLeased(
  account: Account,
  view: AccountView,
  ports: FetchPorts,
  time: RunTime,
  conduct: Partial<typeof SHORT>,
): Promise<EndedRun | undefined> {
  const lease = leaseOf(ports, time);
  const { ownerName, newRunId } = ports.imports;
  const runId = newRunId();
  // As the import names the owner of its lease: it finds that it has it already.
  const held = await lease.acquire(account.id, `${ownerName}/${runId}`, leaseMs(ports, time));
  if (!('fence' in held)) return undefined;
  try {
    return await run(account, view, ports, time, { ...conduct, lease, held, newRunId: () => runId });
  } finally {
    await lease.release(held);
  }
}

interface RunConduct {
  readonly lease: Lease;
  readonly held?: LeaseHold;
  readonly newRunId?: () => string;
  readonly quietForMs?: number;
  readonly chargesSlowness?: boolean;
}

async function run(
  account: Account,
  { state }: AccountView,
  ports: FetchPorts,
  time: RunTime,
  { lease, held, newRunId = ports.imports.newRunId, ...conduct }: RunConduct,
): Promise<EndedRun> {
  const ledger = new WatchedLedger(ports.imports.ledger, held);
  const record = await importAccount(
    account,
    { ...ports.imports, ledger, lease, newRunId },
    {
      stop: time.stop,
      deleteUntil: time.deleteUntil,
      abort: time.abort,
      state,
      leaseMs: leaseMs(ports, time),
      ...conduct,
    },
  );
  const verdict = judgeRun(record, ledger.isProgressSettled);
  countRun(record, verdict, ports.watch);
  const isQuiet = ledger.recordedRun === undefined && record.outcome === 'complete';
  if (!isQuiet) tell(account.id, record, verdict, ports);
  return {
    run: record,
    announceable: isQuiet ? [] : [ledger.recordedRun ?? record],
    verdict,
    isQuiet,
    progress: ledger.savedProgress ?? state.progress,
  };
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
