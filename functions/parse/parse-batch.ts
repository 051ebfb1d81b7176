// A batch of the parse queue: every message is answered for by itself, and what fails, or is not begun in time, goes back to the
// queue alone. Nothing is ever passed over: what is not understood fails until a person sees it in the dead-letter queue.

import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { inParallel } from '../../lib/core/in-parallel.ts';
import type { OnRow } from '../../lib/parse/worker-pool.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import { parseRawKey } from '../../lib/core/keys.ts';
import { errorFacts } from '../observe.ts';
import type { InvocationTime } from '../invocation-time.ts';
import { BatchCatalog } from './batch-catalog.ts';
import { parseObject } from './parse-object.ts';
import type { ParsePorts } from './parse-ports.ts';
import { parseS3Event } from './s3-event.ts';
import type { CreatedObject } from './s3-event.ts';

type Answer = 'done' | 'again';

interface Way {
  /** Aborted: nothing is begun any more. */
  readonly signal: AbortSignal;
  readonly onRow: OnRow;
}

/** @param atOnce objects under way at the same time */
export async function parseBatch(
  records: readonly Pick<SQSRecord, 'messageId' | 'body'>[],
  ports: ParsePorts,
  time: Pick<InvocationTime, 'stop' | 'abort' | 'over'>,
  atOnce: number,
): Promise<SQSBatchResponse> {
  const done = new Set<string>();
  const catalog = new BatchCatalog(ports);
  const giveUp = (): void => void ports.documents.abandon();
  time.abort.addEventListener('abort', giveUp, { once: true });
  try {
    await inParallel(records, atOnce, async ({ messageId, body }) => {
      if (time.stop.aborted) return;
      const onRow: OnRow = (row) => catalog.add(messageId, row);
      const answer = await Promise.race([
        parseNotice(body, ports, { signal: time.abort, onRow }),
        againAt(time.over),
      ]);
      if (answer === 'done') done.add(messageId);
    });
    const unwritten = await Promise.race([catalog.write(), againAt(time.over)]);
    for (const messageId of unwritten === 'again' ? [...done] : unwritten) done.delete(messageId);
  } finally {
    time.abort.removeEventListener('abort', giveUp);
  }
  const again = records.filter(({ messageId }) => !done.has(messageId));
  return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** All objects of a notification; done if each is. */
async function parseNotice(body: string, ports: ParsePorts, way: Way): Promise<Answer> {
  const notice = parseS3Event(body);
  if (notice.kind === 'test') {
    ports.watch.info('S3 has tried the way to this queue', {});
    return 'done';
  }
  if (notice.kind === 'unreadable') return refuse(ports, notice.why);
  let answer: Answer = 'done';
  for (const object of notice.objects) {
    if ((await parseCreated(object, ports, way)) === 'again') answer = 'again';
  }
  return answer;
}

async function parseCreated(
  { bucket, key }: CreatedObject,
  ports: ParsePorts,
  { signal, onRow }: Way,
): Promise<Answer> {
  if (bucket !== ports.rawBucket) return refuse(ports, 'it is of another bucket than the one of raw mail');
  const parts = parseRawKey(key);
  if (parts === undefined) return refuse(ports, 'the object has a key that is none of a raw message');
  const { account, sha256 } = parts;
  try {
    const outcome = await parseObject(key, ports, signal, onRow);
    ports.watch.count('MessagesParsed');
    if (outcome === 'failed') {
      ports.watch.count('ParseFailures');
      ports.watch.warn('a message could not be parsed: its document says why', { account, sha256 });
    } else if (outcome === 'kept') {
      ports.watch.warn('a message could not be parsed again: its document from before stays', {
        account,
        sha256,
      });
    }
    return 'done';
  } catch (error) {
    if (isNoMailOfOurs(error)) ports.watch.count('ParseRecordsRefused');
    ports.watch.error('a raw object has no document yet', { account, sha256, error: factsOf(error) });
    return 'again';
  }
}

/** What was refused is not repeated: a foreign key may have anything in it. The dead-letter queue keeps it. */
function refuse(ports: ParsePorts, why: string): Answer {
  ports.watch.count('ParseRecordsRefused');
  ports.watch.error('a notification is not of a raw message of this archive', { why });
  return 'again';
}

function isNoMailOfOurs(error: unknown): boolean {
  return error instanceof MailferryError && error.code === 'ARCHIVE_CORRUPT';
}

function factsOf(error: unknown): unknown {
  return error instanceof Error ? errorFacts(error) : { name: typeof error };
}

/** Who is not waited for any longer may go on in a later invocation: what it still does is safe to repeat. */
async function againAt(over: AbortSignal): Promise<Answer> {
  if (!over.aborted) {
    await new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }));
  }
  return 'again';
}
