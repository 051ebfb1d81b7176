// The polls of a tick on their way to the queue, some hundred at a time: never more than that in memory, and never one twice.

import type { AccountId } from '../core/account.ts';
import type { BulkJobQueue } from '../ports/work.ts';

/** Look whether the account has anything new. */
export interface PollJob {
  readonly account: AccountId;
  /** Minute of Unix time it was due at, the same when the tick is repeated; for another attempt the minute of the tick. */
  readonly tick: number;
}

/** The queue did not take what it was given; `cause` is what it threw. */
export class QueueFailure extends Error {}

/** Polls in memory at a time. */
const POLLS_AT_ONCE = 500;

export class PollSender {
  /** Polls the queue has taken. */
  sent = 0;
  readonly #queue: BulkJobQueue<PollJob>;
  #polls: PollJob[] = [];

  constructor(queue: BulkJobQueue<PollJob>) {
    this.#queue = queue;
  }

  /** @throws QueueFailure */
  async add(poll: PollJob): Promise<void> {
    this.#polls.push(poll);
    if (this.#polls.length >= POLLS_AT_ONCE) await this.flush();
  }

  /** What the queue does not take is forgotten: whoever added it has the failure. @throws QueueFailure */
  async flush(): Promise<void> {
    const polls = this.#polls;
    this.#polls = [];
    if (polls.length === 0) return;
    try {
      await this.#queue.enqueueAll(polls);
    } catch (error) {
      throw new QueueFailure('', { cause: error });
    }
    this.sent += polls.length;
  }
}
