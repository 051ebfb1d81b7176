// The worker processes of a pool: started when one is needed and none is idle, used again while they answer, replaced when they do not.

import { MailferryError } from '../core/errors.ts';
import type { WorkerCommand } from './worker-command.ts';
import { WorkerProcess } from './worker-process.ts';

export class WorkerSet {
  readonly #command: WorkerCommand;
  readonly #startTimeoutMs: number;
  readonly #idle: WorkerProcess[] = [];
  readonly #workers = new Set<WorkerProcess>();
  #isClosed = false;

  constructor(command: WorkerCommand, startTimeoutMs: number) {
    this.#command = command;
    this.#startTimeoutMs = startTimeoutMs;
  }

  /** @throws INTERRUPTED once it is closed */
  assertOpen(): void {
    if (this.#isClosed) throw interrupted();
  }

  /** Ready for a job. @throws INTERRUPTED; PARSE_FAILED of scope `config` if no worker can be started */
  async take(): Promise<WorkerProcess> {
    this.assertOpen();
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.isAlive && (await idle.answers(this.#startTimeoutMs))) return idle;
      this.#workers.delete(idle);
      this.assertOpen();
    }
    const worker = await WorkerProcess.start(this.#command, this.#startTimeoutMs);
    this.#workers.add(worker);
    if (!this.#isClosed) return worker;
    // `close` came while it started, and could not know of it.
    this.#workers.delete(worker);
    worker.kill();
    await worker.ended;
    throw interrupted();
  }

  /** Once for each that was taken, in a `finally`; dead ones too. */
  giveBack(worker: WorkerProcess): void {
    if (worker.isAlive && !this.#isClosed) this.#idle.push(worker);
    else {
      worker.kill();
      void worker.ended.then(() => this.#workers.delete(worker));
    }
  }

  /** Ends all of them, in the middle of a job too. Safe to repeat. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const workers = [...this.#workers];
    for (const worker of workers) worker.kill();
    await Promise.all(workers.map(async (worker) => await worker.ended));
  }
}

function interrupted(): MailferryError {
  return new MailferryError('parsing was stopped: the worker pool is closed', {
    code: 'INTERRUPTED',
    scope: 'account',
    retryable: true,
  });
}
