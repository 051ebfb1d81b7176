// The minutes of a test: as many as it wants, as fast as it wants. Each wakes a function as EventBridge Scheduler does.

import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { InvocationReport } from './lambda-spec.ts';
import { ACCOUNT, REGION } from './lambda-spec.ts';

const MINUTE_MS = 60_000;

export class MinuteTick {
  readonly #clockFile: string;
  readonly #invoke: (event: unknown) => Promise<InvocationReport>;
  readonly #startedAt = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  /** Minutes so far. */
  minutes = 0;

  /** @param clockFile what the function's clock reads; `start` writes it first */
  constructor(clockFile: string, invoke: (event: unknown) => Promise<InvocationReport>) {
    this.#clockFile = clockFile;
    this.#invoke = invoke;
  }

  async start(): Promise<void> {
    await writeFile(this.#clockFile, String(this.#startedAt));
  }

  /** The next minute has begun. @param times how often Scheduler tells of it: at least once is what it promises */
  async next(times = 1): Promise<readonly InvocationReport[]> {
    this.minutes += 1;
    const now = this.#startedAt + this.minutes * MINUTE_MS;
    await writeFile(this.#clockFile, String(now));
    const event = scheduledEvent(now);
    return await Promise.all(Array.from({ length: times }, async () => await this.#invoke(event)));
  }
}

function scheduledEvent(now: number): unknown {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: ACCOUNT,
    time: new Date(now).toISOString().replace('.000', ''),
    region: REGION,
    resources: [`arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/default/mailferry-tick`],
    detail: '{}',
  };
}
