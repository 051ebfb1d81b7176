// The events of one raw object. Their ids are made of the object and of what came of it, never of the clock: whoever hears of the
// same twice, because the queue delivered it twice, can tell.

import { toEvent } from '../../lib/core/events.ts';
import type { FerryEvent } from '../../lib/core/events.ts';
import type { IngestFacts } from '../../lib/core/message/document.ts';
import { parsedKeyOf } from '../../lib/parse/derived-keys.ts';
import { PARSER_IDENTITY } from '../../lib/parse/parser-identity.ts';

/** @param parsedAt epoch milliseconds */
export function messageEvents(
  ingest: IngestFacts,
  outcome: 'parsed' | 'failed',
  parsedAt: number,
): readonly FerryEvent[] {
  const { account, sha256, size, rawKey, fetchedAt } = ingest;
  const message = { account, sha256, size, rawKey };
  return [
    toEvent(
      'mailferry.message.stored',
      `stored/${sha256}`,
      // As `fromMetadata` has checked it.
      Date.parse(fetchedAt),
      message,
    ),
    toEvent(
      'mailferry.message.parsed',
      // Another parser, or another outcome after a failure that passed, is news.
      `parsed/${sha256}/${PARSER_IDENTITY.version}/${outcome}`,
      parsedAt,
      { ...message, parsedKey: parsedKeyOf(ingest), outcome },
    ),
  ];
}
