// The events of lib/core/events.ts as a zod schema, for tests and for the JSON Schema that subscribers get. Strict here, so that
// nothing comes into an event that is not named: no address, no subject. What is published is not: events may get more members.

import { z } from 'zod';
import { ACCOUNT_ID_PATTERN } from '../core/account.ts';
import type { AccountId } from '../core/account.ts';
import type { FerryEvent } from '../core/events.ts';
import type { Sha256 } from '../core/record.ts';

const ID = ACCOUNT_ID_PATTERN.source.slice(1, -1);
const DAY = String.raw`\d{4}-\d{2}-\d{2}`;
const HASH = '[0-9a-f]{64}';

const time = z.iso.datetime().describe('ISO 8601, UTC');
const count = z.int().nonnegative();
const account = z.string().regex(ACCOUNT_ID_PATTERN).describe('the id of the account');
const runId = z
  .string()
  .regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  .describe('a ULID');
const sha256 = z
  .string()
  .regex(new RegExp(`^${HASH}$`))
  .describe("of the raw message's octets");
const rawKey = z
  .string()
  .regex(new RegExp(`^raw/account=${ID}/dt=${DAY}/${HASH}[.]eml$`))
  .describe('where the raw message is');
const parsedKey = z
  .string()
  .regex(new RegExp(`^parsed/v1/account=${ID}/dt=${DAY}/${HASH}[.]json$`))
  .describe('where its parsed document is');
const uidlHash = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .describe("base64url of the SHA-256 of the UIDL's octets");
const codes = z
  .array(z.string().regex(/^[A-Z][A-Z0-9_]*$/))
  .readonly()
  .describe('each code once');

const ofRun = { account, runId };
const ofMessage = { account, sha256, size: count.describe('octets of the raw message'), rawKey };

function event<Type extends string, Data extends z.ZodRawShape>(type: Type, what: string, data: Data) {
  return z
    .strictObject({
      specversion: z.literal('1.0'),
      id: z.string().min(1).describe('the same whenever the same happening is published again'),
      source: z
        .string()
        .regex(new RegExp(`^mailferry/${ID}$`))
        .describe('mailferry/ and the id of the account'),
      type: z.literal(type),
      time,
      datacontenttype: z.literal('application/json'),
      data: z.strictObject(data),
    })
    .describe(what);
}

const counts = z.strictObject({
  listed: count.describe('the sum of all others'),
  known: count,
  stored: count,
  duplicate: count,
  skipped: count,
  quarantined: count,
  failed: count,
  deferred: count,
});

export const eventSchema = z.discriminatedUnion('type', [
  event('mailferry.message.stored', 'a raw message is in the archive', ofMessage),
  event('mailferry.message.parsed', 'the document of a message is written', {
    ...ofMessage,
    parsedKey,
    outcome: z.enum(['parsed', 'failed']).describe('failed: the document says why'),
  }),
  event('mailferry.message.quarantined', 'a message could not be fetched three times, and is left alone', {
    ...ofRun,
    uidlHash,
  }),
  event(
    'mailferry.message.deleted',
    'the server confirmed that it deleted a message that is in the archive',
    {
      ...ofRun,
      sha256,
      uidlHash,
    },
  ),
  event('mailferry.account.auth-failed', 'the server refused the log-in, and the account is suspended', {
    ...ofRun,
    nextAttemptAt: z.union([time, z.null()]).describe('when it is tried again'),
  }),
  event('mailferry.account.stale', 'an account has had no success for too long', {
    account,
    lastSuccessAt: z.union([time, z.null()]).describe('null: it never had one'),
  }),
  event('mailferry.account.uidl-turnover', 'the server gave its messages new UIDLs', ofRun),
  event('mailferry.run.completed', 'a run came to its end, good or bad', {
    ...ofRun,
    outcome: z.enum(['complete', 'partial', 'stopped']),
    startedAt: time,
    endedAt: time,
    counts,
    octets: count.describe('of the messages fetched'),
    errors: codes,
    notices: codes,
  }),
]);

/** A type without its brands. */
type Plain<T> = T extends AccountId | Sha256
  ? string
  : T extends object
    ? { [Key in keyof T]: Plain<T[Key]> }
    : T;

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

// Fails to compile when an event has a member more or less than its schema, or of another type.
true satisfies Same<z.infer<typeof eventSchema>, Plain<FerryEvent>>;
