// After a UIDL turnover: finds the messages again that are stored under UIDLs of before, without fetching them all. What
// cannot be recognised for certain is fetched: the same octets land on the same key and count as `duplicate`.

import { describeError } from '../core/errors.ts';
import { matchTurnover, sampleOf } from '../core/match-turnover.ts';
import type { ShownHeader, TurnoverMatch } from '../core/match-turnover.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import type { Sha256, StoredRecord } from '../core/record.ts';
import type { Uidl } from '../core/uidl.ts';
import type { AccountRun } from './account-run.ts';
import { breaksSession, isOfMessage } from './failed-message.ts';
import { readFingerprint } from '../spool/header-fingerprint.ts';
import { importMessage } from './import-message.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Maildrop } from './maildrop.ts';

/**
 * Decides the messages it recognises (`known`) and those of its sample (`duplicate` or `stored`); leaves the rest.
 * @param unknown listed messages with a UIDL of their own that the ledger does not know
 * @param unidentified those without one: they are looked at too, for any of them could be the one that another is taken for
 * @returns what was done, in words
 * @throws what the session, the archive and the ledger throw; what is committed stays committed
 */
export async function reidentify(
  unknown: readonly ListedMessage[],
  unidentified: readonly ListedMessage[],
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
): Promise<string> {
  try {
    const shown = await showHeaders([...unknown, ...unidentified], run, maildrop, lease);
    if (!shown) return 'the server has no TOP, so every message is fetched again';
    if (run.options.stop.aborted) return TOO_SLOW;
    const records = await findByHeader(shown, run, maildrop);
    const nameable = new Set(unknown);
    const matches = matchTurnover(shown, records).filter(({ listed }) => nameable.has(listed));
    const sample = sampleOf(matches);
    const doubt = await confirm(sample, run, maildrop, lease);
    if (doubt !== undefined) return doubt;
    const believed = matches.filter(({ listed }) => !run.book.isDecided(listed));
    await remap(believed, run, maildrop, lease);
    return `${matches.length} of ${unknown.length} unknown messages were recognised by header and size (${sample.length} of them confirmed by their octets); the rest is fetched`;
  } catch (error) {
    if (run.options.abort.aborted || !isOfMessage(error)) throw error;
    // The fetching that follows will meet it again, and count it against its message.
    if (breaksSession(error)) await maildrop.reopen();
    return `recognising them failed, so every message is fetched again: ${describeError(error)}`;
  }
}

/** Of what was only looked at nothing is kept: the next run fetches it, and gets further each time. */
const TOO_SLOW = 'the run ended before the messages could be recognised, so every message is fetched again';

/** @returns why nothing can be believed, if so */
async function confirm(
  sample: readonly TurnoverMatch[],
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
): Promise<string | undefined> {
  for (const { listed, record } of sample) {
    if (run.options.stop.aborted) return TOO_SLOW;
    await lease.keep();
    const firstSeen = (sha256: Sha256): number | undefined =>
      sha256 === record.sha256 ? record.firstSeen : undefined;
    const imported = await importMessage(listed, firstSeen, run, maildrop);
    run.book.decide(listed, imported.outcome);
    if (imported.record.sha256 === record.sha256) continue;
    return 'header and size do not tell messages apart here, so every message is fetched again';
  }
  return undefined;
}

/** `undefined` when the server has no TOP. */
async function showHeaders(
  unknown: readonly ListedMessage[],
  run: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
): Promise<ShownHeader[] | undefined> {
  const shown: ShownHeader[] = [];
  for (const [index, listed] of unknown.entries()) {
    if (run.options.stop.aborted) break;
    await lease.keep();
    const header = await maildrop.header(listed);
    if (!header && shown.length === 0 && index >= 2) return undefined;
    if (!header) continue;
    const headerSha256 = await readFingerprint(header);
    if (headerSha256 !== undefined) shown.push({ listed, headerSha256 });
  }
  return shown;
}

/** The stored records that the turnover has orphaned, as far as their header was shown. */
async function findByHeader(
  shown: readonly ShownHeader[],
  { account, ports }: AccountRun,
  { listing }: Maildrop,
): Promise<ReadonlyMap<Sha256, readonly StoredRecord[]>> {
  const wanted = new Set(shown.map(({ headerSha256 }) => headerSha256));
  const listed = new Set<Uidl | undefined>(listing.map(({ uidl }) => uidl));
  const found = new Map<Sha256, StoredRecord[]>();
  const misleading = new Set<Sha256>();
  for await (const record of ports.ledger.records(account.id)) {
    if (record.state !== 'stored' || record.headerSha256 === undefined) continue;
    if (!wanted.has(record.headerSha256)) continue;
    // One that is listed under its own UIDL is not the one looked for; one that is lost has to be fetched.
    if (listed.has(record.uidl) || record.mark?.kind === 'lost') misleading.add(record.headerSha256);
    found.set(record.headerSha256, [...(found.get(record.headerSha256) ?? []), record]);
  }
  for (const headerSha256 of misleading) found.delete(headerSha256);
  return found;
}

async function remap(
  matches: readonly TurnoverMatch[],
  { account, ports, book, runId }: AccountRun,
  maildrop: Maildrop,
  lease: LeaseKeeper,
): Promise<void> {
  for (const { listed, record } of matches) {
    if (listed.uidl === undefined) continue;
    await lease.keep();
    await ports.ledger.commit(account.id, {
      ...record,
      uidl: listed.uidl,
      listedOctets: listed.octets,
      identifiedBy: 'header',
      mark: undefined,
      runId,
    });
    maildrop.committed(listed);
    book.decide(listed, 'known');
  }
}
