// One slice of a drain: all the time an invocation has for one account, and then the message for the next one. Whatever ends a
// drain early costs time and no mail: polls find what is left, and begin another.

import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterSlice, planSlice } from '../../lib/core/drain.ts';
import type { Drain } from '../../lib/core/drain.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import type { AccountView } from '../../lib/ports/directory.ts';
import type { DrainMessage } from '../messages.ts';
import { toEndedSlice } from './after-run.ts';
import { announce, announceEarlier, announceIfPossible } from './announce-run.ts';
import { answerBatch } from './batch.ts';
import type { Answer, Delivery } from './batch.ts';
import { moveOn, sendSlice } from './drain-chain.ts';
import type { FetchPorts } from './fetch-ports.ts';
import type { InvocationTime } from '../invocation-time.ts';
import { isLeased, isSuspended } from './plan-poll.ts';
import { runSlice } from './run-account.ts';
import type { EndedRun } from './run-account.ts';

/** Never throws: what fails goes back to the queue. */
export async function drainAccounts(
  event: Pick<SQSEvent, 'Records'>,
  ports: FetchPorts,
  time: InvocationTime,
): Promise<SQSBatchResponse> {
  return await answerBatch(event, 'drain', time, ports.watch, async (delivery) => {
    return await drainAccount(delivery, ports, time);
  });
}

async function drainAccount(
  { message, receives }: Delivery<DrainMessage>,
  ports: FetchPorts,
  time: InvocationTime,
): Promise<Answer> {
  const view = await ports.directory.view(message.account);
  const plan = planSlice(message, view.drain);
  const isAtWork = isLeased(view.state, ports.imports.now());
  // Whoever is at work tells of it.
  const earlier = isAtWork ? [] : await announceEarlier(message.account, view, ports);
  if (plan === 'run' && view.drain) {
    if (isAtWork) return await giveWay(message, view.drain, receives, ports);
    return await drain({ message, receives, view, drain: view.drain, earlier }, ports, time);
  }
  if (plan === 'send-next' && view.drain) await sendSlice(message.account, view.drain, ports);
  if (earlier.length === 0) return 'done';
  // The message of the slice that is due waits behind this one.
  const tell = view.drain ? announceIfPossible : announce;
  await tell(message.account, earlier, view.state.progress, ports);
  return 'done';
}

interface DueSlice {
  readonly message: DrainMessage;
  readonly receives: number;
  readonly view: AccountView;
  readonly drain: Drain;
  /** Runs that are still to be announced. */
  readonly earlier: readonly RunRecord[];
}

async function drain(slice: DueSlice, ports: FetchPorts, time: InvocationTime): Promise<Answer> {
  const { message, view, earlier } = slice;
  const account = view.applied?.account;
  if (!account || account.paused || isSuspended(view.state, ports.imports.now())) {
    ports.watch.info('a drain ends: its account is not to be worked on', { account: message.account });
    await moveOn(message, slice.drain, undefined, ports);
    if (earlier.length > 0) await announce(message.account, earlier, view.state.progress, ports);
    return 'done';
  }
  const ended = await runSlice(account, ports, time);
  if (!ended) return await giveWay(message, slice.drain, slice.receives, ports);
  ports.watch.count('DrainSlices', 1);
  const answer = await goOn(slice, ended, ports);
  // A slice whose message comes again, or that another one follows, waits for nobody to be told.
  const tell = answer === 'last' ? announce : announceIfPossible;
  await tell(message.account, [...earlier, ...ended.announceable], ended.progress, ports);
  return answer === 'again' ? 'again' : 'done';
}

/** `last` no other slice comes after this one. */
async function goOn(slice: DueSlice, ended: EndedRun, ports: FetchPorts): Promise<'next' | 'last' | 'again'> {
  const { message, drain, receives } = slice;
  if (ended.verdict === 'broken') return 'again';
  if (ended.verdict === 'busy')
    return (await giveWay(message, drain, receives, ports)) === 'again' ? 'again' : 'last';
  const next = nextOf(slice, ended, ports);
  await moveOn(message, drain, next, ports);
  return next === undefined ? 'last' : 'next';
}

/** @returns `undefined` when the drain is over */
function nextOf({ message, view, drain }: DueSlice, { run }: EndedRun, ports: FetchPorts): Drain | undefined {
  const slice = toEndedSlice(run, view.state.progress?.backlog ?? 0);
  const after = slice && afterSlice(drain, slice, ports.imports.now());
  if (after && 'next' in after) return after.next;
  const facts = { account: message.account, slice: drain.slice, end: after?.end ?? 'stopped' };
  if (after?.end === 'stalled' || after?.end === 'exhausted') {
    ports.watch.count('DrainsStalled', 1);
    ports.watch.warn('a drain is given up, with mail left on the server', facts);
  } else {
    ports.watch.info('a drain is over', facts);
  }
  return undefined;
}

/**
 * Another run has the lease: a poll, for a minute; somebody's by hand, for hours; the same slice, given out twice; or one that
 * died, until its time would have been over. The message comes back, and at last gives up: polls see when the account is free.
 */
async function giveWay(
  message: DrainMessage,
  drain: Drain,
  receives: number,
  ports: FetchPorts,
): Promise<Answer> {
  if (receives < LAST_RECEIVE) return 'again';
  ports.watch.warn('a drain ends: another run has the account', { account: message.account });
  await moveOn(message, drain, undefined, ports);
  return 'done';
}

/** Before the queue gives the message up itself, which would be an alarm (see cdk/sizes.ts). */
const LAST_RECEIVE = 3;
