// Invariants that must hold at the moment something happens. Each accuses in its own name.

import { rawKey } from '../../../lib/core/keys.ts';
import type { MessageRecord, StoredRecord, StoredRef } from '../../../lib/core/record.ts';
import { looksLike, rightKey } from './mail-message.ts';
import type { MailMessage } from './mail-message.ts';
import type { Removal } from './mail-server.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a server deletes for us is in the archive with these very octets, and the ledger says so. */
export function deletionsAreSafe(
  world: World,
  message: MailMessage,
  records: readonly MessageRecord[],
): void {
  const object = world.blobs.peek(rightKey(world.account.id, message));
  if (!object?.equals(message.served)) {
    world.accuse('deletionsAreSafe', `${message.name} is deleted and not in the archive`);
  }
  if (!records.some((record) => record.state === 'stored' && record.sha256 === message.sha256)) {
    world.accuse('deletionsAreSafe', `${message.name} is deleted and not recorded`);
  }
}

/** Before a message is gone the ledger says that it is about to go, so that a crash leaves no riddle. */
export function deletionsAreAnnounced(
  world: World,
  { message, uidl }: Removal,
  records: readonly MessageRecord[],
): void {
  const isAnnounced = records.some(
    (record) =>
      record.state === 'stored' &&
      record.uidl === uidl &&
      record.sha256 === message.sha256 &&
      record.mark?.kind === 'deleting',
  );
  if (!isAnnounced)
    world.accuse('deletionsAreAnnounced', `${message.name} is deleted without a mark before it`);
}

/**
 * Counted from the first time that the server listed this message to us, or one that looks the same, or one of its UIDL
 * that was never fetched: of those nobody can know that they were others.
 */
export function deletionsAreDue(
  world: World,
  { message, uidl }: Removal,
  records: readonly MessageRecord[],
): void {
  const { onServer } = world.policy;
  if (typeof onServer === 'string') return;
  const isStored = (one: MailMessage): boolean =>
    records.some(
      (record) => record.state === 'stored' && record.uidl === uidl && record.sha256 === one.sha256,
    );
  const unknown = [...(world.holders.get(uidl) ?? [])].filter((one) => !isStored(one));
  const alike = world.messages.filter((other) => looksLike(other, message));
  const seen = [...alike, ...unknown].map(({ firstListedAt }) => firstListedAt ?? Infinity);
  const sinceMs = world.nowMs - Math.min(...seen);
  if (sinceMs >= onServer.deleteAfterDays * DAY_MS) return;
  const days = (sinceMs / DAY_MS).toFixed(2);
  world.accuse('deletionsAreDue', `${message.name} is deleted ${days} days after we first saw it`);
}

/** With `keep`, or a switch that means the same, the server is never sent DELE. */
export function deletionsAreAllowed(world: World, process: Process, message: MailMessage): void {
  const { onServer, pauseDeletions, deletionsPerRun } = world.policy;
  if (onServer === 'keep' || pauseDeletions || process.mustKeep)
    world.accuse('deletionsAreAllowed', `DELE of ${message.name}, and nothing may be deleted`);
  if (process.conduct.marked.length > deletionsPerRun)
    world.accuse('deletionsAreAllowed', `more than ${deletionsPerRun} times DELE in one run`);
}

/** Between the last proof of the lease and DELE nothing else is done that takes time. */
export function deletionsAreFenced(world: World, process: Process, message: MailMessage): void {
  if (!process.conduct.isLeaseProven)
    world.accuse(
      'deletionsAreFenced',
      `DELE of ${message.name} by a run that did not make sure of its lease`,
    );
}

export function nothingIsDoneWithoutTheLease(world: World, process: Process, what: string): void {
  if (process.conduct.leases === 'none')
    world.accuse('nothingIsDoneWithoutTheLease', `${what} by a run that never had the lease`);
}

/** The record is the commit: what it speaks of is in the archive already. */
export function recordsFollowObjects(world: World, { dt, sha256, octets }: StoredRecord): void {
  const object = world.blobs.peek(rawKey(world.account.id, dt, sha256));
  if (object?.length !== octets)
    world.accuse('recordsFollowObjects', `a record of ${octets} octets speaks of no such object`);
}

/** `deleted` is said of nothing that the server still has, and of nothing that nobody took away. */
export function deletedMeansGone(world: World, { uidl, sha256 }: StoredRef): void {
  const isMeant = (message: MailMessage): boolean =>
    message.sha256 === sha256 && (world.server.quirks.hasUidl ? message.uidl : '') === uidl;
  const there = world.server.messages.filter(isMeant);
  if (there.length > 0 && !world.messages.some((message) => isMeant(message) && !there.includes(message)))
    world.accuse('deletedMeansGone', `${there[0]?.name} is marked deleted, and the server has it`);
}

/** After a UIDL turnover nothing is recognised by a header that two messages of the listing have. */
export function ambiguousIsNotGuessed(world: World, process: Process, record: StoredRecord): void {
  if (record.identifiedBy !== 'header') return;
  const listing = world.server.sessionOf(process)?.listing ?? [];
  const meant = listing.find(({ uidl }) => uidl === record.uidl);
  if (!meant || meant.sha256 === record.sha256) return;
  const twin = listing.find((other) => other !== meant && looksLike(other, meant));
  if (twin)
    world.accuse(
      'ambiguousIsNotGuessed',
      `${meant.name} is taken for another, though ${twin.name} looks like it`,
    );
}
