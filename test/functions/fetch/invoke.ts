// One invocation of a fetch function as a process that may die, by the clock of its world.

import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { drainAccounts } from '../../../functions/fetch/drain-account.ts';
import type { FetchPorts } from '../../../functions/fetch/fetch-ports.ts';
import type { InvocationTime } from '../../../functions/invocation-time.ts';
import { pollAccounts } from '../../../functions/fetch/poll-accounts.ts';
import { MailferryError } from '../../../lib/core/errors.ts';
import type { AccountDirectory } from '../../../lib/ports/directory.ts';
import type { Connection } from '../../../lib/ports/pop3.ts';
import { ModelConnection } from '../../crash/model/model-connection.ts';
import { Process } from '../../crash/model/process.ts';
import type { Moment } from '../../crash/model/process.ts';
import type { FetchWorld } from './fetch-world.ts';
import type { QueuedMessage } from './fifo-queue.ts';
import { accuseWrongChange } from './judge-drain.ts';
import { stepped, steppedConnection } from './stepped.ts';
import { pop3By } from '../../support/pop3-by.ts';

export interface InvocationFate {
  readonly crash?: Moment;
  readonly fault?: Moment;
  /** From the start to the end by force. Default 2 minutes: more than any invocation of the tests takes. */
  readonly timeoutMs?: number;
  /** From the start to the moment when nobody is waited for. Default: the end by force. */
  readonly overMs?: number;
  /** Told of each call before anything comes of it. */
  onStep?(step: number): void;
  pause?(): Promise<void>;
}

export interface Invocation {
  readonly process: Process;
  /** `undefined` if it died. */
  readonly response: SQSBatchResponse | undefined;
}

/** So long each step takes. */
export const STEP_MS = 20;
const RESERVE_PART = 1 / 2;

/** Messages that were done are deleted, as Lambda does; of those that died the queue shows the rest. */
export async function invoke(
  world: FetchWorld,
  kind: 'poll' | 'drain',
  messages: readonly QueuedMessage[],
  fate: InvocationFate = {},
): Promise<Invocation> {
  const time = startVirtualTime(world, fate);
  const process = new Process(world.newId(), {
    ...(fate.crash && { crash: fate.crash }),
    ...(fate.fault && { fault: fate.fault }),
    ...(fate.pause && { pause: async () => await fate.pause?.() }),
    onStep: (step) => {
      world.nowMs += STEP_MS;
      time.pass();
      fate.onStep?.(step);
    },
  });
  const event: Pick<SQSEvent, 'Records'> = { Records: messages.map(toRecord) };
  const work = kind === 'poll' ? pollAccounts : drainAccounts;
  const response = await work(event, portsOf(world, process), time);
  if (process.isDead) return { process, response: undefined };
  const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const queue = kind === 'poll' ? world.polls : world.drains;
  for (const { id } of messages) if (!failed.has(id)) queue.delete(id);
  return { process, response };
}

interface VirtualTime extends InvocationTime {
  pass(): void;
}

function startVirtualTime(world: FetchWorld, fate: InvocationFate): VirtualTime {
  const { timeoutMs = 120_000, overMs = timeoutMs } = fate;
  const startedAt = world.nowMs;
  const [stop, deleteUntil, abort, over] = Array.from({ length: 4 }, () => new AbortController()) as [
    AbortController,
    AbortController,
    AbortController,
    AbortController,
  ];
  const reserveMs = timeoutMs * RESERVE_PART;
  const upAt = [
    [stop, timeoutMs - reserveMs],
    [deleteUntil, timeoutMs - reserveMs / 2],
    [abort, timeoutMs - reserveMs / 4],
    [over, overMs],
  ] as const;
  return {
    stop: stop.signal,
    deleteUntil: deleteUntil.signal,
    abort: abort.signal,
    over: over.signal,
    endsAt: startedAt + timeoutMs,
    pass: () => {
      const reason = new MailferryError('the time is up', {
        code: 'TIME_UP',
        scope: 'session',
        retryable: true,
      });
      for (const [controller, afterMs] of upAt) {
        if (world.nowMs - startedAt >= afterMs && !controller.signal.aborted) controller.abort(reason);
      }
    },
    [Symbol.dispose]: () => undefined,
  };
}

function portsOf(world: FetchWorld, process: Process): FetchPorts {
  return {
    imports: {
      pop3: pop3By({
        dial: async ({ host }, signal) => {
          let dialled: Connection | undefined;
          try {
            return await process.step('dial', () => {
              dialled = dial(world, process, host, signal);
              return steppedConnection(world.guard(dialled, host), process);
            });
          } catch (error) {
            // Nobody has it: its answer was lost.
            dialled?.close();
            throw error;
          }
        },
      }),
      access: stepped('access', world.access, process),
      blobs: stepped('blobs', world.blobs, process),
      ledger: stepped('ledger', world.ledger, process),
      lease: stepped('lease', world.ledger, process),
      parseQueue: { enqueue: async () => undefined },
      spoolDirectory: '/nowhere: no message of the model is too large for memory',
      ownerName: `test/${process.name}`,
      now: () => world.nowMs,
      newRunId: () => world.newId(),
    },
    directory: stepped('directory', watchedDirectory(world), process),
    drains: stepped('drains', { enqueue: async (message) => world.sendDrain(message) }, process),
    events: world.hasBus
      ? stepped('events', { publish: async (events) => publish(world, events) }, process)
      : undefined,
    watch: world.watch,
    newDrainId: () => world.newId(),
  } satisfies FetchPorts;
}

function publish(world: FetchWorld, events: readonly FetchWorld['events'][number][]): void {
  if (world.eventsFailure) throw world.eventsFailure;
  world.events.push(...events);
}

function dial(world: FetchWorld, process: Process, host: string, signal: AbortSignal): Connection {
  const server = world.servers.get(host);
  if (!server) throw new Error(`nobody is at ${host}`);
  const connection = new CountedConnection(server, process, signal);
  connection.onClosed = () => world.sessionClosed(host);
  world.sessionOpened(host);
  process.onDeath(() => connection.close());
  return connection;
}

class CountedConnection extends ModelConnection<unknown> {
  onClosed: (() => void) | undefined;

  override close(reason?: Error): void {
    this.onClosed?.();
    this.onClosed = undefined;
    super.close(reason);
  }
}

/** Accuses whoever changes a drain in a way that would make two of one. */
function watchedDirectory(world: FetchWorld): AccountDirectory {
  const { directory } = world;
  return new Proxy(directory, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      if (key !== 'saveDrain') return (member as (...args: unknown[]) => unknown).bind(target);
      const saveDrain: AccountDirectory['saveDrain'] = async (account, drain, before) => {
        const there = (await target.view(account)).drain;
        const saved = await target.saveDrain(account, drain, before);
        if (saved === 'saved') {
          accuseWrongChange(world, there, drain);
          world.drainChanges.push({ account, drain });
        }
        return saved;
      };
      return saveDrain;
    },
  });
}

function toRecord({ id, body, receives }: QueuedMessage): SQSEvent['Records'][number] {
  return {
    messageId: id,
    body,
    attributes: { ApproximateReceiveCount: String(receives) },
  } as SQSEvent['Records'][number];
}
