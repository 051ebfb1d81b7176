// What most tests of a move begin with: a source with mail of every kind, an empty target, and the ports between them.

import type { MovePorts } from '../../lib/move/move-ports.ts';
import { fillSource, portsBetween, TestPlace } from './two-places.ts';

export interface Scene {
  readonly source: TestPlace;
  readonly target: TestPlace;
  readonly ports: MovePorts;
}

/** @param isDeadOwner whose lease may be taken at once, on either side */
export async function scene(isDeadOwner?: (owner: string) => boolean): Promise<Scene> {
  const [source, target] = [new TestPlace(isDeadOwner), new TestPlace(isDeadOwner)];
  await fillSource(source);
  return { source, target, ports: portsBetween(source, target) };
}
