// A batch of polls: is there anything new? Each account gets a short run; what is more than that is left to a drain. What an
// account must not suffer, whatever the queue does: two runs for two messages, a login for each message after a refusal.

import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Account, AccountId } from '../../lib/core/account.ts';
import type { RunRecord } from '../../lib/core/run-record.ts';
import type { AccountView } from '../../lib/ports/directory.ts';
import type { PollMessage } from '../messages.ts';
import { backlogOfPoll } from './after-run.ts';
import { announce, announceEarlier, announceIfPossible, isTold } from './announce-run.ts';
import { answerBatch } from './batch.ts';
import type { Answer, Delivery } from './batch.ts';
import { forgetDrain, sendSlice, startDrain } from './drain-chain.ts';
import type { FetchPorts } from './fetch-ports.ts';
import type { InvocationTime } from '../invocation-time.ts';
import { planPoll } from './plan-poll.ts';
import { runPoll } from './run-account.ts';

/** Never throws: what fails goes back to the queue by itself. */
export async function pollAccounts(
  event: Pick<SQSEvent, 'Records'>,
  ports: FetchPorts,
  time: InvocationTime,
): Promise<SQSBatchResponse> {
  const seen = new Set<AccountId>();
  const tally = new Tally();
  const answers = await answerBatch(event, 'poll', time, ports.watch, async (delivery) => {
    const { account } = delivery.message;
    // One look is enough for all of them.
    if (seen.has(account)) return tally.note('coalesced');
    seen.add(account);
    return await pollAccount(delivery, ports, time, tally);
  });
  ports.watch.info('a batch of polls ended', tally.facts);
  return answers;
}

async function pollAccount(
  { message: { account: id }, receives }: Delivery<PollMessage>,
  ports: FetchPorts,
  time: InvocationTime,
  tally: Tally,
): Promise<Answer> {
  const view = await ports.directory.view(id);
  // Where the last run is not told yet, the message has come again for that.
  const failures = isTold(view, ports) ? receives - 1 : 0;
  const plan = planPoll(view, ports.imports.now(), failures > 0);
  if (plan.act === 'drop' && (plan.reason === 'leased' || plan.reason === 'draining')) {
    // Whoever is at work tells of it. Or he died of this very message: then it has to be seen whether he does again.
    if (plan.reason === 'leased' && receives > 1 && receives <= MAX_WAITS) return again(tally);
    ports.watch.count('PollsDropped', 1);
    return tally.note(plan.reason);
  }
  if (plan.act === 'send') {
    await sendSlice(id, plan.drain, ports);
    return tally.note('sent-again');
  }
  if (plan.act === 'run' && failures >= MAX_FAILURES) {
    ports.watch.warn('a poll fails again and again; a drain takes its place', { account: id });
    await startDrain(id, view.drain, ports);
    return tally.note('left-to-drain');
  }
  const earlier = await announceEarlier(id, view, ports);
  if (plan.act === 'run') return await poll(plan.account, view, earlier, ports, time, tally);
  if (earlier.length > 0) await announce(id, earlier, view.state.progress, ports);
  return tally.note(plan.reason);
}

/** @param earlier runs that are still to be announced */
async function poll(
  account: Account,
  view: AccountView,
  earlier: readonly RunRecord[],
  ports: FetchPorts,
  time: InvocationTime,
  tally: Tally,
): Promise<Answer> {
  const ended = await runPoll(account, view, ports, time);
  if (ended === undefined) {
    ports.watch.count('PollsDropped', 1);
    return tally.note('leased');
  }
  const { run, announceable, verdict, isQuiet, progress } = ended;
  if (verdict === 'busy') ports.watch.count('PollsDropped', 1);
  if (isQuiet) ports.watch.count('PollsQuiet', 1);
  tally.note(isQuiet ? 'quiet' : verdict);
  const isSettled = verdict === 'done' || verdict === 'stopped';
  const isDrained = isSettled && backlogOfPoll(run) > 0;
  // A drain whose message was lost ends here, or is taken over. One that somebody else runs is his.
  if (isDrained) await startDrain(account.id, view.drain, ports);
  else if (isSettled) await forgetDrain(account.id, view.drain, ports);
  const unannounced = [...earlier, ...announceable];
  // The drain tells what could not be told.
  const tell = isDrained ? announceIfPossible : announce;
  if (unannounced.length > 0) await tell(account.id, unannounced, progress, ports);
  return verdict === 'broken' ? 'again' : 'done';
}

/**
 * Polls of one message that die, or cannot even be written down: of a mailbox whose list alone is too much for the memory of a
 * poll, say. A drain has more of everything.
 */
const MAX_FAILURES = 2;

/** A run that lasts longer than that is no dead one. */
const MAX_WAITS = 3;

function again(tally: Tally): Answer {
  tally.note('leased');
  return 'again';
}

/** What became of the accounts of a batch, in one line for all of them. */
class Tally {
  readonly #counts = new Map<string, number>();

  note(what: string): Answer {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
    return 'done';
  }

  get facts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
