// How many messages are parsed at once, and what each may cost, in the memory that the function was given.

import { DEFAULT_PARSE_LIMITS } from '../../lib/parse/limits.ts';
import type { ParseLimits } from '../../lib/parse/limits.ts';

export interface Capacity {
  readonly workers: number;
  /** Objects under way: while workers parse some, others are on their way from S3, or to it. */
  readonly atOnce: number;
  readonly limits: ParseLimits;
}

/** This process with the SDK, and what it has of messages under way. */
const OWN_MEGABYTES = 256;
/** A worker beside its heap: Node itself, and octets that are not in the heap. */
const BESIDE_HEAP_MEGABYTES = 128;
const SMALLEST_HEAP_MEGABYTES = 64;
const OBJECTS_FOR_EACH_WORKER = 4;

/** Two share a processor well: one waits for S3 while the other parses. */
const MEGABYTES_FOR_TWO = 1024;

/**
 * So short that a batch of which every message loops gets its documents before the queue gives it up: 36 of 100 messages in each
 * invocation of 600 seconds, 2 at a time, and the rest in the next ones, of which there are up to 5.
 */
const PARSE_TIMEOUT_MS = 30_000;

export function capacityOf(memoryMegabytes: number): Capacity {
  const workers = memoryMegabytes >= MEGABYTES_FOR_TWO ? 2 : 1;
  const heap = Math.floor((memoryMegabytes - OWN_MEGABYTES) / workers) - BESIDE_HEAP_MEGABYTES;
  const workerHeapMegabytes = Math.min(
    DEFAULT_PARSE_LIMITS.workerHeapMegabytes,
    Math.max(SMALLEST_HEAP_MEGABYTES, heap),
  );
  return {
    workers,
    atOnce: workers * OBJECTS_FOR_EACH_WORKER,
    limits: { ...DEFAULT_PARSE_LIMITS, parseTimeoutMs: PARSE_TIMEOUT_MS, workerHeapMegabytes },
  };
}
