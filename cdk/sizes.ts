// How large, how long and how many: everything of the functions and their queues that has to agree with each other, in one
// place. Always: a function's timeout and the 30 seconds that a lease outlives it < its queue's visibility, so that a message
// that comes again finds neither the first invocation at work nor its lease; what is kept in reserve < the timeout.

export interface FunctionSize {
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  /** Below it, temporary files are free. */
  readonly temporaryMegabytes: number;
}

export interface QueueSize {
  readonly isFifo: boolean;
  readonly visibilitySeconds: number;
  /** Deliveries, then it goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
  readonly retentionHours: number;
  /** Messages an invocation gets, at most. */
  readonly batchSize: number;
  /** How long a batch is collected that is not full. FIFO queues have none. */
  readonly batchWindowSeconds: number;
}

/** Sends a minute's polls. Must end before the next tick, or two are at it; that does no harm, but it is of no use. */
export const DISPATCH_SIZE: FunctionSize = {
  memoryMegabytes: 256,
  timeoutSeconds: 55,
  temporaryMegabytes: 512,
};

/** Ten accounts wait for their servers together; what is too much for a slice is left to the drains. */
export const POLL_SIZE: FunctionSize = {
  memoryMegabytes: 384,
  timeoutSeconds: 120,
  temporaryMegabytes: 2048,
};

/** The longest there is. */
export const DRAIN_SIZE: FunctionSize = {
  memoryMegabytes: 1024,
  timeoutSeconds: 900,
  temporaryMegabytes: 2048,
};

/** One whole processor (1,769 MB), for this process and the one that parses, which has a heap of 512 MB. */
export const PARSE_SIZE: FunctionSize = {
  memoryMegabytes: 1769,
  timeoutSeconds: 600,
  temporaryMegabytes: 1024,
};

/** Writes what the configuration says into the table, at deployment. */
export const ACCOUNTS_SIZE: FunctionSize = {
  memoryMegabytes: 256,
  timeoutSeconds: 120,
  temporaryMegabytes: 512,
};

/** Kept back from an invocation's time, for the message under way, deletions, QUIT and the books. */
export const POLL_RESERVE_SECONDS = 45;
export const DRAIN_RESERVE_SECONDS = 90;

/** An old poll is of no use beside a newer one; a day's only one still is after an outage of some hours. */
export const POLL_QUEUE: QueueSize = {
  isFifo: true,
  visibilitySeconds: 240,
  maxReceiveCount: 5,
  retentionHours: 6,
  batchSize: 10,
  batchWindowSeconds: 0,
};

/** A message that is lost costs six hours, then a poll takes over. */
export const DRAIN_QUEUE: QueueSize = {
  isFifo: true,
  visibilitySeconds: 1020,
  maxReceiveCount: 5,
  retentionHours: 24,
  batchSize: 1,
  batchWindowSeconds: 0,
};

/**
 * Kept for the longest time there is: while parsing is out of order, mail still comes in. A batch has one file of the catalog for
 * each account and day in it, so it is large, and collected for a while: in a long import a file has dozens of rows.
 */
export const PARSE_QUEUE: QueueSize = {
  isFifo: false,
  visibilitySeconds: 660,
  maxReceiveCount: 5,
  retentionHours: 14 * 24,
  batchSize: 100,
  batchWindowSeconds: 10,
};

/** The longest there is, for a person to look. */
export const DEAD_LETTER_HOURS = 14 * 24;

/** Invocations at a time, of polls, drains and parsing each, unless a stack says otherwise. */
export const DEFAULT_CONCURRENCY = 10;
