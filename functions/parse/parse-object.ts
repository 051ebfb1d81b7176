// One raw object to its document: one GET brings its octets and the facts of its import together. The document is there, and its
// events are published, before this resolves.

import { provenOctets } from '../../lib/spool/proven-octets.ts';
import type { OpenedObject } from '../../lib/adapters/s3-blob-store.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import { fromMetadata } from '../../lib/core/ingest-metadata.ts';
import type { OnRow, OpenedOutcome } from '../../lib/parse/worker-pool.ts';
import { messageEvents } from './message-events.ts';
import type { ParsePorts } from './parse-ports.ts';

/** What an object was changed by, after S3 had checked what it was given. */
const CHANGED_HINT =
  'something else wrote to the raw bucket: look at the versions of the object, and who may write';

/**
 * Safe to repeat: the document is replaced by the same one, the events have the same ids.
 * @param key of a raw object, by `parseRawKey`
 * @param signal aborted: no document is begun any more
 * @param onRow gets the catalog's row of a document that was made
 * @returns `failed`: the document only says why it could not be parsed · `kept`: it could not be parsed, and has its document
 *          from before, when it could
 * @throws ARCHIVE_CORRUPT if the object is gone, was not put there by an import, or is not what its key says; ARCHIVE_*,
 *         SPOOL_FAILED, PARSE_FAILED, INTERRUPTED and EVENTS_FAILED as they come
 */
export async function parseObject(
  key: string,
  ports: ParsePorts,
  signal: AbortSignal,
  onRow: OnRow,
): Promise<OpenedOutcome> {
  const opened = await ports.raw.open(key);
  if (opened === undefined) throw gone(key);
  try {
    const { ingest } = fromMetadata(key, opened.sizeOctets, opened.metadata);
    signal.throwIfAborted();
    const outcome = await ports.documents.parseOpened(ingest, octetsOf(opened, ingest.sha256, key), onRow);
    const told = outcome === 'failed' ? 'failed' : 'parsed';
    await ports.events?.publish(messageEvents(ingest, told, ports.now()));
    return outcome;
  } finally {
    opened.close();
  }
}

/** A document says whose octets it was made of, so they are proven to be those. */
function octetsOf(
  { sizeOctets, octets }: OpenedObject,
  sha256: Parameters<typeof provenOctets>[0]['sha256'],
  key: string,
): AsyncIterable<Uint8Array> {
  return provenOctets({ sizeOctets, sha256, open: () => octets }, `parsing ${key}`, CHANGED_HINT);
}

function gone(key: string): MailferryError {
  return new MailferryError(
    `the raw object ${key} is not in its bucket, of which S3 has said that it was stored`,
    {
      code: 'ARCHIVE_CORRUPT',
      scope: 'message',
      retryable: false,
      hint: 'find out who removed it, and restore its version',
    },
  );
}
