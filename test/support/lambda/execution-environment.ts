// One environment of a function: a process group under AWS's own runtime client, started, given one event after another,
// stopped (SIGSTOP) while there is none, and killed at a deadline or beyond its memory. A killed one is never used again.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAMBDA_CLIENT_PROGRAM, LAMBDA_NODE } from '../lambda-client-presence.ts';
import { Happenings } from './happenings.ts';
import type { LambdaFault, LambdaSpec, Outcome } from './lambda-spec.ts';
import { exited, outOfMemory, timedOut } from './lambda-spec.ts';
import { heapFlags, lambdaVariables } from './lambda-variables.ts';
import { endWithUs, memoryOfTree, processorTimeOfTree, signalGroup } from './process-group.ts';
import type { Said, Work } from './runtime-api.ts';
import { RuntimeApi } from './runtime-api.ts';

type Happening = Said | { readonly kind: 'gone' };

/** Why it was killed. */
type Verdict = 'time' | 'memory' | 'test' | 'end';

export interface Limits {
  readonly timeoutMs: number;
  /** A test has it killed after so long. */
  readonly killAfterMs?: number | undefined;
}

const LOOK_EVERY_MS = 50;

export class ExecutionEnvironment {
  readonly #spec: LambdaSpec;
  readonly #child: ChildProcess;
  readonly #group: number;
  readonly #happenings: Happenings<Happening>;
  readonly #api: RuntimeApi;
  readonly #closed: Promise<void>;
  #verdict: Verdict | undefined;
  #isFrozen = false;
  #peakOctets = 0;
  #processorMs = 0;

  private constructor(spec: LambdaSpec, parts: Parts) {
    this.#spec = spec;
    this.#child = parts.child;
    this.#group = parts.group;
    this.#happenings = parts.happenings;
    this.#api = parts.api;
    this.#closed = parts.closed;
  }

  /** Resolves when its process is started; `whenReady` waits until the bundle is loaded. @param print what the processes print */
  static async start(spec: LambdaSpec, print: (text: string) => void): Promise<ExecutionEnvironment> {
    const folder = await mkdtemp(join(tmpdir(), 'mailferry-lambda-'));
    const happenings = new Happenings<Happening>();
    const api = await RuntimeApi.listen((said) => happenings.add(said));
    const child = spawn(LAMBDA_NODE, [...heapFlags(spec.memoryMb), LAMBDA_CLIENT_PROGRAM], {
      cwd: spec.taskRoot,
      env: lambdaVariables(spec, api.address, folder),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const group = child.pid;
    if (group === undefined) throw new Error(`${LAMBDA_NODE} cannot be started in ${spec.taskRoot}`);
    const guard = endWithUs(group);
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', print);
    child.once('exit', () => signalGroup(group, 'SIGKILL'));
    const closed = (async (): Promise<void> => {
      await once(child, 'close');
      guard[Symbol.dispose]();
      await Promise.all([rm(folder, { recursive: true, force: true }), api[Symbol.asyncDispose]()]);
      happenings.add({ kind: 'gone' });
    })();
    return new ExecutionEnvironment(spec, { child, group, happenings, api, closed });
  }

  get isAlive(): boolean {
    return this.#verdict === undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Of the last `whenReady` or `run`. */
  get peakOctets(): number {
    return this.#peakOctets;
  }

  /** Time that it computed, since it was started; as of the last look. */
  get processorMs(): number {
    return this.#processorMs;
  }

  get wasKilledByTest(): boolean {
    return this.#verdict === 'test';
  }

  /** Once, before the first `run`. @returns what went wrong: then it is not alive any more */
  async whenReady(requestId: string, limits: Limits): Promise<LambdaFault | undefined> {
    using _watch = this.#watch(limits);
    const happening = await this.#happenings.next();
    if (happening.kind === 'ready') return undefined;
    if (happening.kind === 'gone') return this.#faultOf(requestId);
    await this.end();
    return happening.kind === 'init-fault' ? happening.fault : this.#faultOf(requestId);
  }

  /** Thaws, works and freezes. The answer is the handler's even if the environment breaks after it. */
  async run(work: Work, limits: Limits): Promise<Outcome> {
    this.#thaw();
    using _watch = this.#watch(limits);
    this.#api.give(work);
    let outcome: Outcome | undefined;
    for (;;) {
      const happening = await this.#happenings.next();
      if (happening.kind === 'answer') outcome = { payload: happening.payload };
      else if (happening.kind === 'fault') outcome = { fault: happening.fault };
      else if (happening.kind === 'gone') return outcome ?? { fault: this.#faultOf(work.requestId) };
      else if (outcome) {
        this.#freeze();
        return outcome;
      } else throw new Error(`the runtime says ${happening.kind} instead of an answer`);
    }
  }

  /** Safe to repeat. */
  async end(): Promise<void> {
    this.#kill('end');
    await this.#closed;
  }

  #watch({ timeoutMs, killAfterMs }: Limits): Disposable {
    this.#peakOctets = 0;
    const look = (): void => {
      this.#peakOctets = Math.max(this.#peakOctets, memoryOfTree(this.#group));
      this.#processorMs = Math.max(this.#processorMs, processorTimeOfTree(this.#group));
      if (this.#peakOctets > this.#spec.memoryMb * 1024 * 1024) this.#kill('memory');
    };
    const looking = setInterval(look, LOOK_EVERY_MS);
    const timers = [setTimeout(() => this.#kill('time'), timeoutMs)];
    if (killAfterMs !== undefined) timers.push(setTimeout(() => this.#kill('test'), killAfterMs));
    return {
      [Symbol.dispose]: () => {
        if (this.isAlive) look();
        clearInterval(looking);
        for (const timer of timers) clearTimeout(timer);
      },
    };
  }

  #kill(verdict: Verdict): void {
    if (!this.isAlive) return;
    this.#verdict = verdict;
    signalGroup(this.#group, 'SIGKILL');
  }

  #freeze(): void {
    if (!this.isAlive) return;
    this.#isFrozen = true;
    signalGroup(this.#group, 'SIGSTOP');
  }

  #thaw(): void {
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    signalGroup(this.#group, 'SIGCONT');
  }

  #faultOf(requestId: string): LambdaFault {
    if (this.#verdict === 'time') return timedOut(requestId, this.#spec.timeoutMs);
    if (this.#verdict === 'memory') return outOfMemory(requestId);
    return exited(requestId, this.#child.exitCode, this.#child.signalCode);
  }
}

interface Parts {
  readonly child: ChildProcess;
  readonly group: number;
  readonly happenings: Happenings<Happening>;
  readonly api: RuntimeApi;
  /** Kept when the process has ended and nothing of it is left. */
  readonly closed: Promise<void>;
}
