// Every cap on what one message may cost its parser, each with the attack it stops.

/** Header octets of one MIME part. Stops: a header that never ends and is held in memory. Largest seen in mail: 0.3 MB. */
export const MAX_PART_HEADER_OCTETS = 2 * 1024 * 1024;

/** MIME parts of a message. Stops: a megabyte of boundaries that becomes a million objects. Digests of 1,000 parts exist. */
export const MAX_MIME_PARTS = 4000;

/** Multiparts within each other. Stops: delimiter lines that have to be compared with thousands. Deeper ones are attachments. */
export const MAX_MIME_DEPTH = 300;

/** Octets of a line that can be a delimiter; RFC 2046 allows 74. Stops: holding a line that never ends. */
export const MAX_DELIMITER_OCTETS = 1000;

/** Messages within messages that are described. Stops: each level decoding and hashing all levels below it again. */
export const MAX_MESSAGE_DEPTH = 5;

/** Octets of all text and HTML bodies. Stops: a document that no reader can load. The rest of them is in the raw message only. */
export const MAX_BODY_OCTETS = 32 * 1024 * 1024;

/** Octets of a message's JSON document. Stops: a worker that sends for ever, and documents no reader can load. */
export const MAX_DOCUMENT_OCTETS = 256 * 1024 * 1024;

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
