// Every cap on what one message may cost its parser, each with the attack it stops.

/**
 * Header octets of one MIME part that are kept; a field beyond is left out. Stops: a header that never ends and is held in
 * memory. Largest seen in mail: 0.3 MB.
 */
export const MAX_PART_HEADER_OCTETS = 2 * 1024 * 1024;

/** Header fields of one MIME part. Stops: a megabyte of `a:` lines that becomes half a million objects. */
export const MAX_HEADER_FIELDS = 10_000;

/**
 * Octets from the start of a message that are kept while it is parsed, for a look at its header if that fails. Stops: the header
 * that made one worker fail from costing as much once more.
 */
export const MAX_KEPT_HEAD_OCTETS = 256 * 1024;

/**
 * MIME parts of a message; the last one is all that is left. Stops: a megabyte of boundaries that becomes a million objects.
 * Digests of 1,000 parts exist.
 */
export const MAX_MIME_PARTS = 4000;

/** Files that stand uuencoded in the texts of a message. Stops: as many attachments as there are lines. */
export const MAX_UUENCODED_FILES = 100;

/** What a worker may send for one message. */
export const MAX_ATTACHMENTS = MAX_MIME_PARTS + MAX_UUENCODED_FILES;

/** The same for all messages within a message together. Stops: 4,000 messages in it, each of 4,000 parts. */
export const MAX_NESTED_PARTS = 4000;

/** Multiparts within each other. Stops: delimiter lines that have to be compared with thousands. Deeper ones are attachments. */
export const MAX_MIME_DEPTH = 300;

/** Octets of a line that can be a delimiter; RFC 2046 allows 74. Stops: holding a line that never ends. */
export const MAX_DELIMITER_OCTETS = 1000;

/** Messages within messages that are described. Stops: each level decoding and hashing all levels below it again. */
export const MAX_MESSAGE_DEPTH = 5;

/** Octets of a nested message's bodies, which are there for its preview only. Stops: each level holding all levels below it. */
export const MAX_NESTED_BODY_OCTETS = 256 * 1024;

/** Octets of all text and HTML bodies. Stops: a document that no reader can load. The rest of them is in the raw message only. */
export const MAX_BODY_OCTETS = 32 * 1024 * 1024;

/** Octets of a message's JSON document. Stops: a worker that sends for ever, and documents no reader can load. */
export const MAX_DOCUMENT_OCTETS = 256 * 1024 * 1024;

/** Octets of what the catalog says of a message, as JSON. Stops: a worker that sends for ever. What is cut is in core/catalog/cut.ts. */
export const MAX_ROW_OCTETS = 1024 * 1024;

/** Octets of one frame between the pool and a worker. Stops: a length field that makes the other side wait or allocate. */
export const MAX_FRAME_OCTETS = 256 * 1024;

/**
 * Decoding makes content smaller, but for its line ends. What a worker sends as attachments beyond
 * `raw octets x this + MAX_FRAME_OCTETS` did not come from the message. Stops: a subverted worker that fills the archive.
 */
export const MAX_ATTACHMENT_EXPANSION = 2;

/** What may be set for a pool. */
export interface ParseLimits {
  /** Without any progress on a message for this long, its worker is ended. Stops: input that a parser loops over. */
  readonly parseTimeoutMs: number;
  /** How long a new worker may take until it is ready. */
  readonly workerStartTimeoutMs: number;
  /** The heap of a worker (`--max-old-space-size`). Stops: a message that needs more memory than the machine has. */
  readonly workerHeapMegabytes: number;
}

export const DEFAULT_PARSE_LIMITS: ParseLimits = {
  parseTimeoutMs: 60_000,
  workerStartTimeoutMs: 30_000,
  workerHeapMegabytes: 512,
};
