// Every cap on what a server may make us hold or wait for, each with the failure it stops.

/**
 * Status lines, in octets with CRLF. RFC 1939 section 3 allows 512; servers send more.
 * Stops: a greeting or answer that never ends and fills memory.
 */
export const MAX_STATUS_LINE_OCTETS = 8 * 1024;

/**
 * One row of a CAPA, LIST or UIDL answer. RFC 1939 section 7 allows a 70-octet UIDL; 300 were seen.
 * Stops: one endless row. Message lines have no such cap: they are streamed, and 1 MB lines are real mail.
 */
export const MAX_LISTING_LINE_OCTETS = 16 * 1024;

/** Rows of a CAPA answer. Stops: an endless capability list. Longest seen: 17. */
export const MAX_CAPABILITY_ROWS = 200;

/** Rows of a LIST or UIDL answer. Stops: an endless listing. */
export const MAX_LISTING_ROWS = 2_000_000;

/** Octets of a LIST or UIDL answer. A million rows of RFC 1939 are 80 MB. Stops: rows as long as rows may be, without end. */
export const MAX_LISTING_OCTETS = 128 * 1024 * 1024;

/** Octets of a command with CRLF. RFC 2449 section 4 sets 255; servers echo or drop the connection beyond. */
export const MAX_COMMAND_OCTETS = 255;

/**
 * Octets that an answer of many lines must bring within its time-out, which then starts anew.
 * Stops: a server that sends an octet now and then, and so is never silent. No modem is as slow.
 */
export const MIN_PROGRESS_OCTETS = 512;

/** How long to wait, in milliseconds, before a silent server counts as gone. One budget a phase. */
export const TIMEOUTS_MS = {
  /** From dialling to the end of login, whatever the phases in between were allowed. */
  attempt: 180_000,
  /** DNS, TCP and TLS together. */
  connect: 30_000,
  /** Tarpits delay the greeting on purpose. */
  greeting: 60_000,
  /** Dovecot waits 11 s for a session lock and up to 17 s as a penalty before it answers PASS. */
  login: 90_000,
  command: 60_000,
  /** The first listing of a huge maildrop makes a server read all of it. */
  listing: 300_000,
  /** Within which MIN_PROGRESS_OCTETS of a message must come, again and again; not for the whole of it. */
  retrieveIdle: 120_000,
  /** With many deletions QUIT rewrites the maildrop. */
  quit: 120_000,
} as const;

/** Octets of one message's header block that are looked at for the archive date (`dt`). */
export const MAX_DATED_HEADER_OCTETS = 256 * 1024;

/** Octets of a message kept in memory while it is spooled; a larger one goes to a temporary file. */
export const MAX_SPOOL_MEMORY_OCTETS = 4 * 1024 * 1024;

/**
 * Messages of one run that have come and are being stored, and their octets together. By measurement 60 to 85 objects have to
 * be on their way to keep up with a mailbox at 80 ms when each takes 60 ms. Stops: a store that is slower than the server, and
 * fills memory or disk with what has come. Few enough octets that they pass a line of 1 Mbit/s before a store's client takes its
 * silence for the end (60 s).
 */
export const STORED_AT_ONCE = { pieces: 128, octets: 8 * 1024 * 1024 } as const;

/**
 * How long a lease lasts unless it is renewed, in milliseconds. Longer than the longest wait on a server between two
 * renewals, or a run would lose it while it only waits.
 */
export const LEASE_MS = 15 * 60_000;

/**
 * Sessions in a row that may break at a message, each at another one, before the run ends.
 * Stops: logging in for ever at a server that drops every connection.
 */
export const MAX_BROKEN_SESSIONS = 3;

/**
 * A message under way for so long when a run's time is up, as the first that the run fetched, is charged with it.
 * Stops: one message that is too slow for any run, and ends them all.
 */
export const SLOW_MESSAGE_MS = 60_000;

/**
 * Octets of a header block that is kept track of by its hash. Stops: hashing a whole message that has no header end.
 */
export const MAX_FINGERPRINTED_HEADER_OCTETS = 256 * 1024;
