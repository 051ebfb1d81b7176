// One event of every kind, made as the program makes them.

import { createHash } from 'node:crypto';
import type { AccountId } from '../../lib/core/account.ts';
import { toEvent } from '../../lib/core/events.ts';
import type { FerryEvent } from '../../lib/core/events.ts';
import { parsedKey, rawKey } from '../../lib/core/keys.ts';
import type { ArchiveDate } from '../../lib/core/record.ts';
import type { RunCounts } from '../../lib/core/run-counts.ts';
import { sha256Of } from '../support/memory-blob-store.ts';

const HAPPENED = Date.UTC(2025, 0, 2, 3, 4, 5, 678);
const AT = '2025-01-02T03:04:05.678Z';

const ofAccount = { account: 'ann' as AccountId } as const;
const ofRun = { ...ofAccount, runId: '01JGJ5Y2T0ABCDEFGHJKMNPQRS' } as const;
const sha256 = sha256Of(Buffer.from('content'));
const place = [ofAccount.account, '2025-01-02' as ArchiveDate, sha256] as const;
const ofMessage = { ...ofAccount, sha256, size: 7, rawKey: rawKey(...place) } as const;
const uidlHash = createHash('sha256').update('uidl').digest('base64url');

const counts: RunCounts = {
  listed: 7,
  known: 1,
  stored: 1,
  duplicate: 1,
  skipped: 1,
  quarantined: 1,
  failed: 1,
  deferred: 1,
};

/** @param tag tells the events of one call from those of another */
export function eventsOfEveryKind(tag = 'a'): FerryEvent[] {
  const id = (kind: string): string => `${tag}/${kind}`;
  return [
    toEvent('mailferry.message.stored', id('stored'), HAPPENED, ofMessage),
    toEvent('mailferry.message.parsed', id('parsed'), HAPPENED, {
      ...ofMessage,
      parsedKey: parsedKey(...place),
      outcome: 'failed',
    }),
    toEvent('mailferry.message.quarantined', id('quarantined'), HAPPENED, {
      ...ofRun,
      uidlHash,
    }),
    toEvent('mailferry.message.deleted', id('deleted'), HAPPENED, {
      ...ofRun,
      sha256,
      uidlHash,
    }),
    toEvent('mailferry.account.auth-failed', id('auth-failed'), HAPPENED, {
      ...ofRun,
      nextAttemptAt: AT,
    }),
    toEvent('mailferry.account.auth-failed', id('no-next'), HAPPENED, {
      ...ofRun,
      nextAttemptAt: null,
    }),
    toEvent('mailferry.account.stale', id('stale'), HAPPENED, {
      ...ofAccount,
      lastSuccessAt: AT,
    }),
    toEvent('mailferry.account.stale', id('never'), HAPPENED, {
      ...ofAccount,
      lastSuccessAt: null,
    }),
    toEvent('mailferry.account.uidl-turnover', id('turnover'), HAPPENED, ofRun),
    toEvent('mailferry.run.completed', id('completed'), HAPPENED, {
      ...ofRun,
      outcome: 'partial',
      startedAt: AT,
      endedAt: AT,
      counts,
      octets: 123,
      errors: ['POP3_TIMEOUT', 'INTERNAL'],
      notices: ['UIDL_TURNOVER'],
    }),
  ];
}

/** So many different ones, of all kinds in turn. */
export function manyEvents(count: number): FerryEvent[] {
  const events: FerryEvent[] = [];
  for (let round = 0; events.length < count; round += 1) events.push(...eventsOfEveryKind(`round-${round}`));
  return events.slice(0, count);
}
