// Hands entries to a service that takes a few at a time and answers for each one: what it could not take now is sent again,
// what it will never take is not, and neither keeps the others from going. What is not proven taken is not taken.

import { setTimeout as sleep } from 'node:timers/promises';
import { NOT_ANSWERED, readAwsFailure } from './aws-errors.ts';
import { inParallel } from '../core/in-parallel.ts';

/** `code` is the service's word for why not; `undefined` when the answer does not prove that the entry was taken. */
export type Verdict = 'taken' | { readonly code: string | undefined; readonly isLasting: boolean };

export interface Service<Entry> {
  readonly maxEntries: number;
  /** Of all entries of a call together. One that is larger by itself is sent alone: the service has the last word. */
  readonly maxOctets: number;
  readonly octetsOf: (entry: Entry) => number;
  /** One call. @returns a verdict for each entry, in their order. @throws when the call failed as a whole */
  readonly send: (entries: readonly Entry[]) => Promise<readonly Verdict[]>;
}

export interface DeliveryOptions {
  /** Calls under way at the same time. */
  readonly callsAtOnce: number;
  readonly signal: AbortSignal | undefined;
}

/** How it ended. All entries were taken if there is no `failure`. */
export interface Delivery {
  readonly taken: number;
  /**
   * What ended the delivery before every entry had its turn, or else why an entry was refused for good: what a client of the
   * SDK throws, or an EntryError.
   */
  readonly failure: unknown;
}

/** An entry was not taken; the name is the service's code for it, so that it is understood like any error of the service. */
class EntryError extends Error {
  constructor(code: string | undefined) {
    super('an entry of a batch was not taken');
    this.name = code ?? NOT_ANSWERED;
  }
}

/** Sendings of an entry that is not taken, in all. */
const MAX_ROUNDS = 6;
/** At most, before the second round; twice as long before each further one. */
const FIRST_PAUSE_MS = 100;

/** In no particular order. Never throws. */
export async function deliverBatches<Entry>(
  entries: readonly Entry[],
  service: Service<Entry>,
  { callsAtOnce, signal }: DeliveryOptions,
): Promise<Delivery> {
  let taken = 0;
  let refusal: unknown;
  const deliver = async (batch: readonly Entry[]): Promise<void> => {
    let left = batch;
    for (let round = 1; ; round += 1) {
      const sorted = sortOut(left, await service.send(left));
      taken += sorted.taken;
      refusal ??= sorted.refusal;
      left = sorted.again;
      if (left.length === 0) return;
      if (round === MAX_ROUNDS) throw sorted.fault ?? new EntryError(undefined);
      // Random, so that those who were refused together do not come back together.
      await sleep(Math.random() * FIRST_PAUSE_MS * 2 ** (round - 1), undefined, { signal });
    }
  };
  const deliverUnlessRefused = async (batch: readonly Entry[]): Promise<void> => {
    try {
      await deliver(batch);
    } catch (error) {
      // Neither the service nor the way to it: there is something about these entries, and the others may be well.
      if (readAwsFailure(error).kind !== 'unknown') throw error;
      refusal ??= error;
    }
  };
  try {
    await inParallel(batchesOf(entries, service), callsAtOnce, deliverUnlessRefused);
  } catch (failure) {
    return { taken, failure };
  }
  return { taken, failure: refusal };
}

interface Sorted<Entry> {
  readonly taken: number;
  readonly again: readonly Entry[];
  /** Why the first of them has to be sent again. */
  readonly fault: EntryError | undefined;
  readonly refusal: EntryError | undefined;
}

function sortOut<Entry>(entries: readonly Entry[], verdicts: readonly Verdict[]): Sorted<Entry> {
  const again: Entry[] = [];
  const faults: EntryError[] = [];
  const refusals: EntryError[] = [];
  for (const [index, entry] of entries.entries()) {
    const verdict = verdicts[index] ?? { code: undefined, isLasting: false };
    if (verdict === 'taken') continue;
    const error = new EntryError(verdict.code);
    // SQS can call it the sender's fault when it is asked too often.
    if (verdict.isLasting && readAwsFailure(error).kind !== 'throttled') {
      refusals.push(error);
    } else {
      again.push(entry);
      faults.push(error);
    }
  }
  const taken = entries.length - again.length - refusals.length;
  return { taken, again, fault: faults[0], refusal: refusals[0] };
}

function* batchesOf<Entry>(
  entries: readonly Entry[],
  { maxEntries, maxOctets, octetsOf }: Service<Entry>,
): Generator<readonly Entry[]> {
  let batch: Entry[] = [];
  let octets = 0;
  for (const entry of entries) {
    const size = octetsOf(entry);
    if (batch.length === maxEntries || (batch.length > 0 && octets + size > maxOctets)) {
      yield batch;
      batch = [];
      octets = 0;
    }
    batch.push(entry);
    octets += size;
  }
  if (batch.length > 0) yield batch;
}
