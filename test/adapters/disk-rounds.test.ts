// What reaches the disk together is told together, and one that fails takes no other with it.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DiskRounds } from '../../lib/adapters/disk-rounds.ts';
import type { DiskStep } from '../../lib/adapters/disk-rounds.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A disk that is told when it may go on, and notes what it was asked. */
class Disk {
  readonly log: string[] = [];
  readonly #folder: string;
  readonly #held = new Map<string, PromiseWithResolvers<void>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  step(name: string, { folders = [this.#folder] }: { folders?: string[] } = {}): DiskStep {
    const held = Promise.withResolvers<void>();
    this.#held.set(name, held);
    return {
      sync: async () => {
        this.log.push(`sync ${name}`);
        await held.promise;
      },
      name: () => {
        this.log.push(`name ${name}`);
        return folders;
      },
    };
  }

  synced(name: string): void {
    this.#held.get(name)?.resolve();
  }

  broke(name: string): void {
    this.#held.get(name)?.reject(new Error(`${name} broke`));
  }
}

test('what comes while a round is under way waits for the next, all of it together', async () => {
  await using folder = await temporaryFolder();
  const disk = new Disk(folder.path);
  const rounds = new DiskRounds();
  const first = rounds.make(disk.step('one'));
  const others = [rounds.make(disk.step('two')), rounds.make(disk.step('three'))];
  assert.deepEqual(disk.log, ['sync one']);
  disk.synced('one');
  await first;
  assert.deepEqual(disk.log, ['sync one', 'name one', 'sync two', 'sync three']);
  disk.synced('two');
  disk.synced('three');
  await Promise.all(others);
  assert.deepEqual(disk.log.slice(4), ['name two', 'name three']);
});

test('a name is given only when the octets are durable, and nothing is told before its folder is', async () => {
  await using folder = await temporaryFolder();
  const disk = new Disk(folder.path);
  const rounds = new DiskRounds();
  let isTold = false;
  const made = rounds.make(disk.step('one')).then(() => void (isTold = true));
  await new Promise((soon) => setImmediate(soon));
  assert.deepEqual([disk.log, isTold], [['sync one'], false]);
  disk.synced('one');
  await made;
  assert.deepEqual(disk.log, ['sync one', 'name one']);
});

test('one whose octets do not reach the disk gets no name, and takes no other with it', async () => {
  await using folder = await temporaryFolder();
  const disk = new Disk(folder.path);
  const rounds = new DiskRounds();
  const [bad, good] = [rounds.make(disk.step('zero')), rounds.make(disk.step('one'))];
  disk.broke('zero');
  disk.synced('one');
  await assert.rejects(bad, /zero broke/);
  await good;
  assert.deepEqual(disk.log, ['sync zero', 'sync one', 'name one']);
});

test('a folder that cannot be synced fails those that have names in it, and no others', async () => {
  await using folder = await temporaryFolder();
  const there = join(folder.path, 'there');
  await mkdir(there);
  const disk = new Disk(there);
  const rounds = new DiskRounds();
  void rounds.make(disk.step('first'));
  const lost = rounds.make(disk.step('lost', { folders: [there, join(folder.path, 'not there')] }));
  const kept = rounds.make(disk.step('kept'));
  for (const name of ['first', 'lost', 'kept']) disk.synced(name);
  await assert.rejects(lost, { code: 'ENOENT' });
  await kept;
});

test('a round that failed does not keep the next from going', async () => {
  await using folder = await temporaryFolder();
  const disk = new Disk(folder.path);
  const rounds = new DiskRounds();
  const bad = rounds.make(disk.step('bad'));
  disk.broke('bad');
  await assert.rejects(bad);
  const good = rounds.make(disk.step('good'));
  disk.synced('good');
  await good;
});
