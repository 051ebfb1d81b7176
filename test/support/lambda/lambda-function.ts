// A function as Lambda runs it: environments by the need of the moment and up to a number, each reused while it lives, events
// of more invocations than that waiting their turn. Counts what AWS would bill.

import { randomUUID } from 'node:crypto';
import type { Limits } from './execution-environment.ts';
import { ExecutionEnvironment } from './execution-environment.ts';
import { FunctionLog } from './function-log.ts';
import type { InvocationReport, LambdaFault, LambdaSpec, Outcome } from './lambda-spec.ts';
import { functionArn } from './lambda-spec.ts';
import { Turns } from './turns.ts';
import { Usage } from './usage.ts';

export interface LambdaFunctionOptions {
  /** Environments at the same time. */
  readonly concurrency: number;
  /** Asked before each invocation: after how many milliseconds of it its environment is killed, if it is. */
  readonly killAfterMs?: (usage: Usage) => number | undefined;
}

/** Outside an invocation. What takes longer is tried again inside the first one, on its time. */
const INIT_TIMEOUT_MS = 10_000;

export class LambdaFunction implements AsyncDisposable {
  readonly spec: LambdaSpec;
  readonly usage = new Usage();
  readonly log = new FunctionLog();
  readonly #killAfterMs: (usage: Usage) => number | undefined;
  readonly #turns: Turns;
  /** The one used last is used first. */
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #all = new Set<ExecutionEnvironment>();

  constructor(spec: LambdaSpec, options: LambdaFunctionOptions) {
    this.spec = spec;
    this.#turns = new Turns(options.concurrency);
    this.#killAfterMs = options.killAfterMs ?? (() => undefined);
  }

  /** Never rejects for anything the function does. */
  async invoke(event: unknown): Promise<InvocationReport> {
    using _turn = await this.#turns.take();
    const requestId = randomUUID();
    const started = performance.now();
    const warm = this.#takeIdle();
    const { environment, fault } = warm ? { environment: warm } : await this.#start(requestId);
    const initMs = warm ? 0 : performance.now() - started;
    const processorBefore = environment.processorMs;
    const begun = performance.now();
    const outcome = fault ? { fault } : await this.#run(environment, requestId, event);
    const report: InvocationReport = {
      requestId,
      outcome,
      isCold: warm === undefined,
      initMs,
      durationMs: performance.now() - begun,
      billedMs: Math.ceil(performance.now() - started),
      processorMs: environment.processorMs - processorBefore,
      memoryOctets: environment.peakOctets,
      wasKilled: environment.wasKilledByTest,
    };
    await this.#putBack(environment);
    this.usage.add(report, this.spec.memoryMb);
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all].map(async (environment) => await environment.end()));
  }

  #takeIdle(): ExecutionEnvironment | undefined {
    for (;;) {
      const environment = this.#idle.pop();
      if (environment === undefined || environment.isAlive) return environment;
    }
  }

  /** A start that fails is tried once more, with the time of an invocation; what fails it again is the invocation's fault. */
  async #start(requestId: string): Promise<Started> {
    const first = await this.#open();
    if ((await first.whenReady(requestId, { timeoutMs: INIT_TIMEOUT_MS })) === undefined) {
      return { environment: first };
    }
    await this.#putBack(first);
    const second = await this.#open();
    const fault = await second.whenReady(requestId, { timeoutMs: this.spec.timeoutMs });
    return { environment: second, ...(fault && { fault }) };
  }

  async #open(): Promise<ExecutionEnvironment> {
    const environment = await ExecutionEnvironment.start(this.spec, (text) => this.log.add(text));
    this.#all.add(environment);
    return environment;
  }

  async #run(environment: ExecutionEnvironment, requestId: string, event: unknown): Promise<Outcome> {
    const { name, timeoutMs } = this.spec;
    const limits: Limits = { timeoutMs, killAfterMs: this.#killAfterMs(this.usage) };
    return await environment.run(
      {
        requestId,
        event: JSON.stringify(event),
        deadline: Date.now() + timeoutMs,
        functionArn: functionArn(name),
      },
      limits,
    );
  }

  async #putBack(environment: ExecutionEnvironment): Promise<void> {
    if (environment.isAlive) {
      this.#idle.push(environment);
      return;
    }
    this.#all.delete(environment);
    await environment.end();
  }
}

interface Started {
  readonly environment: ExecutionEnvironment;
  readonly fault?: LambdaFault;
}
