// A drain: the slices, one after the other, in which an account is imported that has more mail than one invocation can carry.
// Its state decides which message of the queue is the one to act on, so that a message delivered twice forks nothing. Pure.

/** Kept in the account's state from the first slice's announcement to the end of the last. */
export interface Drain {
  /** A ULID. */
  readonly id: string;
  /** The slice whose message is under way, from 1. */
  readonly slice: number;
  /** The message of `slice` is known to be in the queue. */
  readonly isSent: boolean;
  /** Epoch milliseconds of the last change. */
  readonly at: number;
  /** Slices up to this one, without a break, that stored nothing. */
  readonly idleSlices: number;
}

/** What a message of the drain queue says. */
export interface DrainSlice {
  readonly id: string;
  readonly slice: number;
}

/** `run` it is the slice that is due · `send-next` it was run, and the next one's message may be missing · `drop` it is an old or foreign one. */
export function planSlice(message: DrainSlice, drain: Drain | undefined): 'run' | 'send-next' | 'drop' {
  if (drain?.id !== message.id) return 'drop';
  if (drain.slice === message.slice) return 'run';
  return drain.slice === message.slice + 1 && !drain.isSent ? 'send-next' : 'drop';
}

/** Longer than a slice waits for its turn while many accounts drain at once. Its message is lost then, most likely: a poll takes over. */
export const STALE_DRAIN_MS = 6 * 60 * 60_000;

export function isUnderWay(drain: Drain | undefined, now: number): boolean {
  return drain !== undefined && Math.abs(now - drain.at) < STALE_DRAIN_MS;
}

/** Stops: a drain that goes round for ever. At 13 minutes a slice that is 108 hours. */
export const MAX_SLICES = 500;

/** Stops: a drain that stores nothing and finds something left each time. */
export const MAX_IDLE_SLICES = 2;

export interface EndedSlice {
  /** Messages stored, or found stored. */
  readonly fetched: number;
  /** Messages left for later. */
  readonly backlog: number;
}

/** `done` nothing is left · `stalled` nothing was stored twice in a row · `exhausted` too many slices. */
export type AfterSlice = { readonly next: Drain } | { readonly end: 'done' | 'stalled' | 'exhausted' };

/** @param now epoch milliseconds */
export function afterSlice(drain: Drain, { fetched, backlog }: EndedSlice, now: number): AfterSlice {
  if (backlog === 0) return { end: 'done' };
  const idleSlices = fetched > 0 ? 0 : drain.idleSlices + 1;
  if (idleSlices >= MAX_IDLE_SLICES) return { end: 'stalled' };
  if (drain.slice >= MAX_SLICES) return { end: 'exhausted' };
  return { next: { id: drain.id, slice: drain.slice + 1, isSent: false, at: now, idleSlices } };
}
