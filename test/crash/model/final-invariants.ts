// Invariants of a history's end, after everything has come to rest. Each accuses in its own name.

import type { MessageRecord } from '../../../lib/core/record.ts';
import { isLost, looksLike, rightKey } from './mail-message.ts';
import type { MailMessage } from './mail-message.ts';
import type { World } from './world.ts';

export async function judgeEnd(world: World): Promise<void> {
  const records = await world.records();
  nothingOnTheServerIsMissing(world, records);
  nothingWeRemovedIsMissing(world);
  nothingPlannedIsMissing(world, records);
  objectsAreRightAndSingle(world);
  storedIsCountedOnce(world, await world.runs());
  everyObjectHasAJob(world);
  deletionsAreSettled(world, records, (await world.state()).deletionsUnsettled);
  deletionsAreRemembered(world, records);
  dueDeletionsHappen(world);
}

function nothingOnTheServerIsMissing(world: World, records: readonly MessageRecord[]): void {
  for (const message of world.server.messages) {
    if (isExcused(world, message, records) || isArchived(world, message)) continue;
    world.accuse('nothingOnTheServerIsMissing', `${message.name} (${message.uidl}) is not in the archive`);
  }
}

function nothingWeRemovedIsMissing(world: World): void {
  for (const message of world.removedByUs) {
    if (!isArchived(world, message))
      world.accuse('nothingWeRemovedIsMissing', `${message.name} is neither there nor here`);
  }
}

function nothingPlannedIsMissing(world: World, records: readonly MessageRecord[]): void {
  for (const message of new Set(world.attempts.flatMap(({ process }) => process.conduct.planned))) {
    if (world.removedByOthers.has(message) || isExcused(world, message, records)) continue;
    if (!isArchived(world, message))
      world.accuse('nothingPlannedIsMissing', `${message.name} was planned and is not in the archive`);
  }
}

/** Every object has octets that the server sent, under the key that they make, and no other object has them. */
function objectsAreRightAndSingle(world: World): void {
  const keys = new Map(world.messages.map((message) => [rightKey(world.account.id, message), message]));
  const seen = new Set<string>();
  for (const key of world.blobs.writes) {
    const octets = world.blobs.peek(key);
    const message = keys.get(key);
    if (!message || !octets?.equals(message.served))
      world.accuse('objectsAreRightAndSingle', `${key} is not the key of what it holds`);
    const content = octets?.toString('latin1') ?? '';
    if (seen.has(content)) world.accuse('objectsAreRightAndSingle', `${key} holds what another object holds`);
    seen.add(content);
  }
}

/** `stored` is what a run wrote: all runs together wrote no more objects than there are. */
function storedIsCountedOnce(world: World, runs: Awaited<ReturnType<World['runs']>>): void {
  const stored = runs.reduce((sum, { counts }) => sum + counts.stored, 0);
  const objects = world.blobs.writes.length;
  if (stored > objects)
    world.accuse(
      'storedIsCountedOnce',
      `${stored} messages were counted as stored, and there are ${objects}`,
    );
}

function everyObjectHasAJob(world: World): void {
  const jobs = new Set(world.jobs.map(({ ingest }) => ingest.rawKey));
  for (const key of world.blobs.writes) {
    if (jobs.has(key)) continue;
    const messages = world.messages.filter((message) => rightKey(world.account.id, message) === key);
    // Stored by a process that died, and taken from the server by somebody else before another run could go on.
    const couldBeFetched = messages.some(
      (message) => !world.removedByOthers.has(message) && !isLost(message),
    );
    if (couldBeFetched) world.accuse('everyObjectHasAJob', `${key} will never be parsed`);
  }
}

/** Nobody is left to find out what became of a mark, but of one that a run made after it had lost its lease. */
function deletionsAreSettled(world: World, records: readonly MessageRecord[], isUnsettled: boolean): void {
  const left = records.filter(
    (record) =>
      record.state === 'stored' &&
      record.mark?.kind === 'deleting' &&
      !world.strayMarkers.has(record.mark.runId),
  );
  if (left.length > 0 || isUnsettled)
    world.accuse('deletionsAreSettled', `${left.length} records are deleting, unsettled is ${isUnsettled}`);
}

/** What was deleted by the book is marked so, unless its UIDL has come to mean another message. */
function deletionsAreRemembered(world: World, records: readonly MessageRecord[]): void {
  if (world.hadRaces) return;
  for (const [message, uidl] of world.deletedInOrder) {
    if (uidl === '' || world.holders.get(uidl)?.size !== 1) continue;
    const isRemembered = records.some(
      (record) =>
        record.state === 'stored' &&
        record.uidl === uidl &&
        record.sha256 === message.sha256 &&
        record.mark?.kind === 'deleted',
    );
    if (!isRemembered)
      world.accuse('deletionsAreRemembered', `${message.name} is deleted, and the ledger does not know`);
  }
}

/** With `delete` nothing stays that is stored and can be told from the rest. */
function dueDeletionsHappen(world: World): void {
  if (world.policy.onServer !== 'delete') return;
  for (const message of world.server.messages) {
    if (world.isIdentified(message) && !isLost(message))
      world.accuse('dueDeletionsHappen', `${message.name} is still on the server`);
  }
}

function isArchived(world: World, message: MailMessage): boolean {
  return world.blobs.peek(rightKey(world.account.id, message))?.equals(message.served) === true;
}

/**
 * It cannot be fetched; or nothing but its octets tells it from another message that is gone: a UIDL turnover met it
 * before it was fetched, and TOP and LIST show the same of both; or the server gave it UIDL and size of that other one.
 * Then it is taken for the other as long as nothing is to be deleted.
 */
function isExcused(world: World, message: MailMessage, records: readonly MessageRecord[]): boolean {
  if (isLost(message)) return true;
  const [record, ...more] = records.filter(({ uidl }) => uidl === message.uidl);
  // Of a UIDL that has meant several messages every one is fetched, whatever its size.
  if (record?.state !== 'stored' || more.length > 0) return false;
  const alike =
    record.identifiedBy === 'header' ? world.messages.filter((other) => looksLike(other, message)) : [];
  const others = [...alike, ...world.takenFrom(message, message.uidl)];
  const isMistaken = others.some(({ sha256 }) => sha256 === record.sha256);
  if (isMistaken) world.census.note('taken for another');
  return isMistaken;
}
