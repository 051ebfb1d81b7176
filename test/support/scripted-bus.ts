// EventBridgeSink before an event bus that a test plays itself: nothing is behind, every answer is made up.

import { EventBridgeSink } from '../../lib/adapters/eventbridge-sink.ts';
import { startAwsFaultProxy } from './aws-fault-proxy.ts';
import type { AwsFaultProxy } from './aws-fault-proxy.ts';
import { useTestCredentials } from './dynalite.ts';
import { TEST_REGION } from './moto.ts';

export interface BusEntry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  readonly Time: number;
}

export interface BusResult {
  readonly EventId?: string;
  readonly ErrorCode?: string;
}

export interface ScriptedBus extends AsyncDisposable {
  readonly sink: EventBridgeSink;
  readonly proxy: AwsFaultProxy;
  /** The entries of each call. */
  readonly calls: BusEntry[][];
  /** How each is answered: by default all are taken. */
  answer: (entries: readonly BusEntry[], call: number) => unknown;
}

/** Nothing listens there. */
const NO_PORT = 9;

export async function openScriptedBus(
  options: { signal?: AbortSignal; maxAttempts?: number } = {},
): Promise<ScriptedBus> {
  useTestCredentials();
  const proxy = await startAwsFaultProxy(NO_PORT);
  const sink = new EventBridgeSink({
    bus: 'mail',
    region: TEST_REGION,
    endpoint: proxy.endpoint,
    ...options,
  });
  const calls: BusEntry[][] = [];
  const scripted: ScriptedBus = {
    sink,
    proxy,
    calls,
    answer: (entries) => ({ FailedEntryCount: 0, Entries: entries.map(taken) }),
    [Symbol.asyncDispose]: async () => {
      sink[Symbol.dispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
  proxy.faultOf = ({ body }) => {
    const entries = body['Entries'] as BusEntry[];
    calls.push(entries);
    return async () => scripted.answer(entries, calls.length);
  };
  return scripted;
}

/** How EventBridge answers for one entry. */
export function taken(_: unknown, index: number): BusResult {
  return { EventId: `id-${index}` };
}
