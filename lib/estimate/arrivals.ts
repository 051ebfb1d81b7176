// How much mail comes in, as the runs of an account tell: what they stored after the first one that left nothing behind. Pure.

import type { RunRecord } from '../core/run-record.ts';
import { HOURS_A_MONTH } from './aws-prices.ts';

export interface Arrivals {
  readonly messagesPerMonth: number;
  readonly octetsPerMonth: number;
}

/** Less than a day tells nothing of a month. */
const LEAST_HOURS = 24;
const HOUR_MS = 3_600_000;

/**
 * @param runs in any order; @param now epoch milliseconds
 * @returns `undefined` where they tell nothing: none, or none that was through a day ago
 */
export function measureArrivals(runs: readonly RunRecord[], now: number): Arrivals | undefined {
  const inOrder = runs.toSorted((a, b) => a.startedAt - b.startedAt);
  const first = inOrder.findIndex(({ outcome, counts }) => outcome === 'complete' && counts.deferred === 0);
  const caughtUp = inOrder[first];
  if (!caughtUp) return undefined;
  const hours = (now - caughtUp.startedAt) / HOUR_MS;
  if (hours < LEAST_HOURS) return undefined;
  const later = inOrder.slice(first + 1);
  const sum = (of: (run: RunRecord) => number): number => later.reduce((total, run) => total + of(run), 0);
  const months = hours / HOURS_A_MONTH;
  return {
    messagesPerMonth: sum(({ counts }) => counts.stored) / months,
    octetsPerMonth: sum(({ octets }) => octets) / months,
  };
}
