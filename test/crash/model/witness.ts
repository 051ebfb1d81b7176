// Watches the world while it changes, and calls in the invariants that can only be judged at that very moment.

import type { MessageRecord, RecordMark, StoredRef } from '../../../lib/core/record.ts';
import {
  ambiguousIsNotGuessed,
  deletedMeansGone,
  deletionsAreAllowed,
  deletionsAreAnnounced,
  deletionsAreDue,
  deletionsAreFenced,
  deletionsAreSafe,
  nothingIsDoneWithoutTheLease,
  recordsFollowObjects,
} from './live-invariants.ts';
import type { MailMessage } from './mail-message.ts';
import type { Removal, ServerWitness } from './mail-server.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

export class Witness implements ServerWitness<Process> {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  loggedIn(process: Process, listing: readonly MailMessage[]): void {
    process.conduct.listings.push(listing);
  }

  listed(message: MailMessage): void {
    message.firstListedAt = Math.min(message.firstListedAt ?? Infinity, this.#world.nowMs);
  }

  retrieved(process: Process, message: MailMessage): void {
    process.conduct.retrieved.push(message);
    nothingIsDoneWithoutTheLease(this.#world, process, `RETR of ${message.name}`);
  }

  marked(process: Process, message: MailMessage): void {
    process.conduct.marked.push(message);
    nothingIsDoneWithoutTheLease(this.#world, process, `DELE of ${message.name}`);
    deletionsAreAllowed(this.#world, process, message);
    deletionsAreFenced(this.#world, process, message);
  }

  async removing(process: Process, removals: readonly Removal[]): Promise<void> {
    const world = this.#world;
    const isOverthrown = await world.isOverthrown(process);
    const records = await world.records();
    for (const removal of removals) {
      const { message, uidl, why } = removal;
      deletionsAreSafe(world, message, records);
      world.removedByUs.add(message);
      world.census.note(`removal ${why}`);
      if (why === 'expired') continue;
      process.conduct.removed.push(message);
      deletionsAreDue(world, removal, records);
      if (isOverthrown) continue;
      deletionsAreAnnounced(world, removal, records);
      world.deletedInOrder.set(message, uidl);
    }
  }

  committing(process: Process, record: MessageRecord): void {
    nothingIsDoneWithoutTheLease(this.#world, process, 'a record');
    if (record.state !== 'stored') return;
    recordsFollowObjects(this.#world, record);
    ambiguousIsNotGuessed(this.#world, process, record);
  }

  async recordsMarked(
    process: Process,
    refs: readonly StoredRef[],
    mark: RecordMark | undefined,
  ): Promise<void> {
    if (refs.length > 0) nothingIsDoneWithoutTheLease(this.#world, process, 'a mark');
    // Marks carry no fence: a run that has lost its lease without knowing may still set one.
    if (await this.#world.isOverthrown(process)) {
      this.#world.census.note('stray mark');
      if (mark?.kind === 'deleting') this.#world.strayMarkers.add(process.name);
      return;
    }
    if (mark?.kind === 'deleted') for (const ref of refs) deletedMeansGone(this.#world, ref);
  }
}
