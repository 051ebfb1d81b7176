// The sizes of the stack that a bill depends on. The stack's own file (cdk/sizes.ts) is not for the command line to import:
// test/estimate/deployed-sizes.test.ts holds the two together.

/** Of an invocation, its memory in MB (1,024 to the GB that is billed). */
export const MEMORY_MEGABYTES = { dispatch: 256, poll: 384, drain: 1024, parse: 1769 } as const;

/** Seconds of a drain's invocation in which it fetches: its time-out without what is kept in reserve. */
export const SLICE_SECONDS = 810;

/** Accounts that one invocation looks into. */
export const POLL_BATCH = 10;

/** Messages that one invocation parses at most. */
export const PARSE_BATCH = 100;

/** Of them, so many are under way at the same time: being parsed, or on their way from S3 or to it. */
export const PARSES_AT_ONCE = 8;

/** Invocations at a time, of each kind. */
export const CONCURRENCY = 10;

/** What one poll fetches at most; the rest is a drain's. */
export const POLL_MESSAGES = 100;
export const POLL_OCTETS = 25 * 1024 * 1024;

export type FunctionName = keyof typeof MEMORY_MEGABYTES;

export function gbSeconds(name: FunctionName, seconds: number): number {
  return (seconds * MEMORY_MEGABYTES[name]) / 1024;
}
