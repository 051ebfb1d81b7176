// One running parse worker, seen from its parent: frames in, frames out, and a quick end.
// It believes nothing the worker says; that is for whoever reads the frames.

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { describeError, MailferryError } from '../core/errors.ts';
import { FrameSink } from './frame-sink.ts';
import { encodeFrame, readFrames, type Frame } from './frames.ts';
import type { WorkerCommand } from './worker-command.ts';

export class WorkerProcess {
  readonly frames: AsyncGenerator<Frame, void, undefined>;
  /** Resolves when the process has ended and its pipes are closed. Never rejects. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #sink: FrameSink;
  #isAlive = true;
  #startError: Error | undefined;

  private constructor(command: WorkerCommand) {
    this.#child = spawn(command.file, command.args, command.options);
    // A write to a process that is gone: `ended` and the end of the frames tell it.
    this.#child.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#isAlive = false;
        this.#startError ??= error;
        resolve();
      });
      this.#child.on('exit', () => {
        this.#isAlive = false;
      });
      this.#child.on('close', () => resolve());
    });
    this.frames = readFrames(this.#child.stdout);
    this.#sink = new FrameSink(this.#child.stdin);
  }

  /** @throws PARSE_FAILED of scope `config`: that no worker starts here is no message's fault */
  static async start(command: WorkerCommand, timeoutMs: number): Promise<WorkerProcess> {
    const worker = new WorkerProcess(command);
    if (await worker.#saysReady(timeoutMs)) return worker;
    worker.kill();
    await worker.ended;
    throw cannotStart(worker.#startError ?? new Error('it did not say that it is ready'));
  }

  /**
   * Whether it is still there and waits for a job. One that died while this process was stopped looks alive until the system
   * has told of its end. One that does not answer is killed.
   */
  async answers(timeoutMs: number): Promise<boolean> {
    await this.send(encodeFrame('ping'));
    await this.flush();
    const isReady = await this.#saysReady(timeoutMs);
    if (!isReady) this.kill();
    return isReady;
  }

  async #saysReady(timeoutMs: number): Promise<boolean> {
    const timer = setTimeout(() => {
      this.#startError ??= new Error(`it was not ready within ${timeoutMs} ms`);
      this.kill();
    }, timeoutMs);
    try {
      const next = await this.frames.next();
      return next.done !== true && next.value.type === 'ready';
    } catch (error) {
      this.#startError ??= error instanceof Error ? error : new Error(String(error));
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /**
   * Resolves when the worker takes more; the frame may wait for those after it, or for `flush`. What is sent to one that has ended
   * is lost without an error.
   */
  async send(frame: Uint8Array): Promise<void> {
    if (this.#takesFrames()) await this.#sink.send(frame);
  }

  async flush(): Promise<void> {
    if (this.#takesFrames()) await this.#sink.flush();
  }

  #takesFrames(): boolean {
    return this.#isAlive && !this.#child.stdin.destroyed;
  }

  /** At once and for certain. Safe to repeat. */
  kill(): void {
    this.#isAlive = false;
    this.#child.kill('SIGKILL');
    // What it had still to say is not waited for: unread, it would keep the pipe open and `ended` pending.
    this.#child.stdin.destroy();
    this.#child.stdout.destroy();
  }
}

function cannotStart(cause: unknown): MailferryError {
  return new MailferryError(`cannot start a parse worker: ${describeError(cause)}`, {
    code: 'PARSE_FAILED',
    scope: 'config',
    retryable: true,
    hint: 'Check that this user may start processes, that memory is left, and that the installation is complete.',
    cause,
  });
}
