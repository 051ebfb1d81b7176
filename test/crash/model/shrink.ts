// Cuts a history that fails down to one that is short enough to think about, and fails for the same reason.

import { PLAIN_FATE } from './history.ts';
import type { History, Operation, RunFate } from './history.ts';
import { NO_QUIRKS } from './quirks.ts';

/** @param failsAlike plays a history: whether it fails for the reason in question */
export async function shrink(
  history: History,
  failsAlike: (shorter: History) => Promise<boolean>,
  mostAttempts: number,
): Promise<History> {
  let shortest = history;
  let attempts = 0;
  for (let hasShrunk = true; hasShrunk && attempts < mostAttempts;) {
    hasShrunk = false;
    for (const shorter of smaller(shortest)) {
      attempts += 1;
      if (attempts > mostAttempts) break;
      if (!(await failsAlike(shorter))) continue;
      shortest = shorter;
      hasShrunk = true;
      break;
    }
  }
  return shortest;
}

/** Boldest first. */
function* smaller(history: History): Generator<History> {
  const { operations } = history;
  for (let length = operations.length >> 1; length >= 1; length >>= 1) {
    for (let from = 0; from + length <= operations.length; from += length)
      yield { ...history, operations: operations.toSpliced(from, length) };
  }
  for (const [index, operation] of operations.entries()) {
    for (const simpler of simplerOperations(operation))
      yield { ...history, operations: operations.with(index, simpler) };
  }
  if (history.knowsTheDead) yield { ...history, knowsTheDead: false };
  const { quietForMs, ...loud } = history;
  if (quietForMs !== undefined) yield loud;
  if (Object.keys(history.quirks).length > 0) yield { ...history, quirks: {} };
  if (Object.keys(history.policy).length > 1)
    yield { ...history, policy: { onServer: history.policy.onServer ?? 'keep' } };
}

function* simplerOperations(operation: Operation): Generator<Operation> {
  switch (operation.kind) {
    case 'mail':
      for (const [index, arrival] of operation.arrivals.entries()) {
        yield { ...operation, arrivals: operation.arrivals.toSpliced(index, 1) };
        if (arrival.trouble)
          yield { ...operation, arrivals: operation.arrivals.with(index, { ...arrival, trouble: null }) };
        if (arrival.kind !== 'new')
          yield { ...operation, arrivals: operation.arrivals.with(index, { ...arrival, kind: 'new' }) };
      }
      return;
    case 'other-client':
      for (const index of operation.deletes.keys())
        yield { ...operation, deletes: operation.deletes.toSpliced(index, 1) };
      return;
    case 'run':
      if (!isPlain(operation)) yield { kind: 'run', ...PLAIN_FATE };
      for (const fate of simplerFates(operation)) yield { kind: 'run', ...fate };
      return;
    case 'race': {
      const { order, fates } = operation;
      for (const fate of fates) yield { kind: 'run', ...fate };
      if (order.nap) yield { ...operation, order: { ...order, nap: null } };
      for (const fate of simplerFates(fates[0])) yield { ...operation, fates: [fate, fates[1]] };
      for (const fate of simplerFates(fates[1])) yield { ...operation, fates: [fates[0], fate] };
      return;
    }
    case 'server':
      if (Object.keys(operation.quirks).length > 0) yield { ...operation, quirks: NO_QUIRKS };
      return;
    case 'clock':
    case 'policy':
    case 'retry':
    case 'rot':
    case 'turnover':
  }
}

function isPlain({ crash, fault, stop, during, flag }: RunFate): boolean {
  return crash === null && fault === null && stop === null && during === null && flag === 'none';
}

function* simplerFates(fate: RunFate): Generator<RunFate> {
  if (fate.crash) yield { ...fate, crash: null };
  if (fate.fault) yield { ...fate, fault: null };
  if (fate.stop) yield { ...fate, stop: null };
  if (fate.during) yield { ...fate, during: null };
  if (fate.flag !== 'none') yield { ...fate, flag: 'none' };
}
