// One raw object to its document. Who fetched it and when is what its document says, else what is kept beside it; where neither
// knows, others are asked (reparse-unknown.ts).

import { MailferryError } from '../core/errors.ts';
import { parsedKey } from '../core/keys.ts';
import type { RawKeyParts } from '../core/keys.ts';
import { readDocument } from '../core/message/read-document.ts';
import type { FoundDocument } from '../core/message/read-document.ts';
import { PARSER_IDENTITY } from '../parse/parser-identity.ts';
import { factsBeside, factsInDocument } from '../rebuild/known-facts.ts';
import type { KnownFacts } from '../rebuild/known-facts.ts';
import type { OpenedRawObject } from '../rebuild/rebuild-ports.ts';
import type { AccountReparse, ReparseOptions } from './account-reparse.ts';
import { toIngest } from './ingest-facts.ts';
import { provenOctets } from './proven-octets.ts';
import type { ReparseOutcome } from './reparse-book.ts';

export interface RawObject {
  readonly key: string;
  /** Of the key. */
  readonly parts: RawKeyParts;
}

const MAX_UNREADABLE = 100;

/** @returns `unknown`: nothing was done, for it is not known here how it was fetched. @throws as `reparseAccount` */
export async function reparseObject(
  object: RawObject,
  work: AccountReparse,
): Promise<ReparseOutcome | 'unknown'> {
  return await namingFailures(object, work, async () => {
    const document = await lookAtDocument(object, work);
    if (document === 'present') return 'present';
    const known = document && factsInDocument(object.key, object.parts, document);
    return await withOpened(object, work, async (opened) => {
      const onUnreadable = (why: string): void => work.book.report('facts-unreadable', object.key, why);
      const facts = known ?? factsBeside(object.key, opened, onUnreadable);
      return facts === undefined ? 'unknown' : await parse(object, opened, facts, work);
    });
  });
}

/** @param facts of its import, or `undefined` if nobody knows anything of that */
export async function reparseWith(
  object: RawObject,
  facts: KnownFacts | undefined,
  work: AccountReparse,
): Promise<ReparseOutcome> {
  return await namingFailures(
    object,
    work,
    async () => await withOpened(object, work, async (opened) => await parse(object, opened, facts, work)),
  );
}

/** What there is of it already, as far as that matters. */
async function lookAtDocument(
  { parts: { account, dt, sha256 } }: RawObject,
  { ports: { blobs }, options }: AccountReparse,
): Promise<FoundDocument | 'present' | undefined> {
  const key = parsedKey(account, dt, sha256);
  if (options.which === 'missing') return (await blobs.stat(key)) === undefined ? undefined : 'present';
  const octets = await blobs.get(key);
  const document = octets && (await readDocument(octets));
  return document && isAsked(document, options) ? document : document && 'present';
}

function isAsked({ ingest, isFailure }: FoundDocument, { which }: ReparseOptions): boolean {
  if (which === 'all' || isFailure) return true;
  const parser = ingest['parser'];
  if (typeof parser !== 'object' || parser === null) return true;
  return (
    Reflect.get(parser, 'name') !== PARSER_IDENTITY.name ||
    Reflect.get(parser, 'version') !== PARSER_IDENTITY.version
  );
}

async function withOpened<T>(
  { key }: RawObject,
  { ports, book }: AccountReparse,
  work: (opened: OpenedRawObject) => Promise<T>,
): Promise<T | 'left'> {
  const opened = await ports.openRaw(key);
  if (opened === undefined) {
    book.report('object-missing', key, 'it was taken away just now');
    return 'left';
  }
  try {
    return await work(opened);
  } finally {
    opened.close();
  }
}

async function parse(
  { key, parts }: RawObject,
  { sizeOctets, octets }: OpenedRawObject,
  facts: KnownFacts | undefined,
  { ports, book }: AccountReparse,
): Promise<ReparseOutcome> {
  const ingest = toIngest(parts, sizeOctets, facts);
  const { outcome, mended } = await ports.documents.make(ingest, provenOctets(octets, parts.sha256));
  book.counts.octets += sizeOctets;
  book.counts.mended += mended;
  if (facts === undefined) book.counts.unknownImport += 1;
  if (outcome === 'kept') book.report('document-kept', key);
  if (outcome === 'failed') book.report('parse-failed', key);
  return outcome;
}

/** What is wrong with this object alone keeps no other from its turn. */
async function namingFailures<Outcome>(
  { key }: RawObject,
  { book }: AccountReparse,
  work: () => Promise<Outcome>,
): Promise<Outcome | 'left'> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MailferryError)) throw error;
    const isUnreadable = error.code === 'ARCHIVE_UNREADABLE';
    const isDifferent = error.code === 'ARCHIVE_CORRUPT' && error.scope === 'message';
    if (!isDifferent && !isUnreadable) throw error;
    if (isUnreadable && book.countOf('object-unreadable') >= MAX_UNREADABLE) throw error;
    book.report(isDifferent ? 'object-different' : 'object-unreadable', key, error.message);
    return 'left';
  }
}
