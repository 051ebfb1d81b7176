// Objects of the archive that go bad behind everybody's back, and are brought back from a copy.

import type { World } from './world.ts';

export function rot(world: World, pick: number): void {
  const key = world.blobs.writes[pick % Math.max(1, world.blobs.writes.length)];
  const octets = key === undefined ? undefined : world.blobs.peek(key);
  if (key === undefined || !octets || world.rotten.has(key)) return;
  world.census.note('rotten object');
  world.rotten.set(key, octets);
  world.blobs.plant(key, octets.with(0, (octets[0] ?? 0) ^ 1));
}

export function restoreAll(world: World): void {
  for (const [key, octets] of world.rotten) world.blobs.plant(key, octets);
  world.rotten.clear();
}
