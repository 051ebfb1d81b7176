// What a message of the parse queue says: which objects S3 has just created. Pure, and strict: a notification that is not
// understood might be of mail, so it is never passed over.

/** An object as its notification names it. */
export interface CreatedObject {
  readonly bucket: string;
  /** Decoded. */
  readonly key: string;
}

export type S3Notice =
  | { readonly kind: 'created'; readonly objects: readonly CreatedObject[] }
  /** S3 sends it once, when the bucket is told to notify the queue. It is of no object. */
  | { readonly kind: 'test' }
  /** `why` has nothing of the message in it. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** Of the event's format that is known here: a later minor version only adds. */
const MAJOR_VERSION = '2.';

export function parseS3Event(body: string): S3Notice {
  const event = parseJson(body);
  if (!isObject(event)) return unreadable('it is no JSON object');
  if (event['Event'] === 's3:TestEvent') return { kind: 'test' };
  const records: unknown = event['Records'];
  if (!Array.isArray(records) || records.length === 0) return unreadable('it has no records');
  const objects: CreatedObject[] = [];
  for (const record of records as readonly unknown[]) {
    const read = readRecord(record);
    if (typeof read === 'string') return unreadable(read);
    objects.push(read);
  }
  return { kind: 'created', objects };
}

/** @returns what is wrong with it, as text */
function readRecord(record: unknown): CreatedObject | string {
  if (!isObject(record) || record['eventSource'] !== 'aws:s3') return 'a record is not of S3';
  const { eventVersion, eventName, s3 } = record;
  if (typeof eventVersion !== 'string' || !eventVersion.startsWith(MAJOR_VERSION)) {
    return 'a record has another format than 2.x';
  }
  if (typeof eventName !== 'string' || !eventName.startsWith('ObjectCreated:')) {
    return 'a record is of something else than a created object';
  }
  if (!isObject(s3) || !isObject(s3['bucket']) || !isObject(s3['object'])) return 'a record names no object';
  const bucket = s3['bucket']['name'];
  const key = decodeKey(s3['object']['key']);
  if (typeof bucket !== 'string' || key === undefined) return 'a record names no object that can be read';
  return { bucket, key };
}

/** S3 writes keys as a form does: percent-encoded, a space as `+`. */
function decodeKey(encoded: unknown): string | undefined {
  if (typeof encoded !== 'string' || encoded === '') return undefined;
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(why: string): S3Notice {
  return { kind: 'unreadable', why };
}
