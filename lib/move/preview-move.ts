// What a move of one account would do, as far as names and records tell. Takes no lease, writes nothing, reads no object.

import type { AccountId } from '../core/account.ts';
import { inParallel } from '../core/in-parallel.ts';
import { rawKey } from '../core/keys.ts';
import type { MessageRecord } from '../core/record.ts';
import type { RunError } from '../core/run-error.ts';
import { ALL_RUNS, hasOwnRuns } from './account-history.ts';
import { AT_ONCE } from './account-move.ts';
import { listGroup } from './list-group.ts';
import type { MovePorts } from './move-ports.ts';
import { OBJECT_GROUPS, parseObjectName } from './object-name.ts';
import type { ObjectGroup } from './object-name.ts';
import { inGroups, TargetRecords } from './records-there.ts';
import { isSame } from './same-record.ts';

export interface PreviewCounts {
  /** In the source. */
  listed: number;
  /** Of that name in the target; whether with the same octets the move finds out. */
  present: number;
}

export interface MovePreview {
  readonly account: AccountId;
  readonly objects: Readonly<Record<ObjectGroup, Readonly<PreviewCounts>>>;
  /** Of the objects that would be copied. */
  readonly octets: number;
  /** `present`: exactly so in the target. */
  readonly records: Readonly<PreviewCounts>;
  readonly runs: number;
  /** Stored messages of which neither place has the object. */
  readonly missing: number;
  /** Files that are none of ours. */
  readonly foreign: number;
  /** The target has worked on the account by itself: what it knows would stay. */
  readonly isTargetAhead: boolean;
  /** Why the move would not even begin. */
  readonly obstacles: readonly RunError[];
}

/** @throws ARCHIVE_UNREADABLE, LEDGER_FAILED */
export async function previewMove(account: AccountId, ports: MovePorts): Promise<MovePreview> {
  const preview = new Preview(account, ports);
  const obstacles = await preview.findObstacles();
  for (const group of OBJECT_GROUPS) await preview.countObjects(group);
  await preview.countRecords();
  const runs = await ports.source.ledger.runs(account, ALL_RUNS);
  const isTargetAhead = await hasOwnRuns(account, ports);
  return { account, ...preview.counts, runs: runs.length, isTargetAhead, obstacles };
}

class Preview {
  readonly counts = {
    objects: {
      attachments: { listed: 0, present: 0 },
      parsed: { listed: 0, present: 0 },
      catalog: { listed: 0, present: 0 },
      raw: { listed: 0, present: 0 },
    },
    records: { listed: 0, present: 0 },
    octets: 0,
    missing: 0,
    foreign: 0,
  };
  readonly #account: AccountId;
  readonly #ports: MovePorts;

  constructor(account: AccountId, ports: MovePorts) {
    this.#account = account;
    this.#ports = ports;
  }

  async findObstacles(): Promise<RunError[]> {
    const obstacles: RunError[] = [];
    for (const place of ['source', 'target'] as const) {
      const { lease } = await this.#ports[place].ledger.state(this.#account);
      if (lease !== undefined && lease.expiresAt > this.#ports.now())
        obstacles.push(atWork(place, lease.owner));
    }
    return obstacles;
  }

  async countObjects(group: ObjectGroup): Promise<void> {
    const { source, target } = this.#ports;
    const counts = this.counts.objects[group];
    await inParallel(listGroup(group, this.#account, source.blobs), AT_ONCE, async (key) => {
      counts.listed += 1;
      if (parseObjectName(group, this.#account, key) === undefined) {
        this.counts.foreign += 1;
      } else if ((await target.blobs.stat(key)) !== undefined) {
        counts.present += 1;
      } else {
        const sizeOctets = (await source.blobs.stat(key))?.sizeOctets ?? 0;
        this.counts.octets += sizeOctets;
      }
    });
  }

  async countRecords(): Promise<void> {
    const target = new TargetRecords({ account: this.#account, ports: this.#ports });
    for await (const group of inGroups(this.#ports.source.ledger.records(this.#account))) {
      const there = await target.find(group);
      await inParallel(group, AT_ONCE, async (record) => {
        await this.#countRecord(record, there.get(record));
      });
    }
  }

  async #countRecord(record: MessageRecord, found: MessageRecord | undefined): Promise<void> {
    this.counts.records.listed += 1;
    if (isSame(record, found)) this.counts.records.present += 1;
    if (record.state !== 'stored') return;
    const { source, target } = this.#ports;
    const key = rawKey(this.#account, record.dt, record.sha256);
    if ((await source.blobs.stat(key)) ?? (await target.blobs.stat(key))) return;
    this.counts.missing += 1;
  }
}

function atWork(place: string, owner: string): RunError {
  return {
    code: 'LEASE_HELD',
    message: `a run (${owner}) works on this account in the ${place} of the move`,
    hint: 'stop what runs by schedule on either side, and let it finish',
  };
}
