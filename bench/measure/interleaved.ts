// Several clients at the same work, in turns (A B C, B C A, ...), so that what changes on the machine meanwhile meets all of
// them. Nothing is believed before what was stored has been compared with what was sent.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client, Target } from '../clients/client.ts';
import { waitForQuiet } from './quiet-machine.ts';
import { runMeasured, type Measured, type ProgramCall } from './run-measured.ts';

export interface Entry {
  readonly client: Client;
  readonly target: Target;
  /** How the call is made where the client is to run: elsewhere in the network, perhaps. */
  readonly wrap?: (call: ProgramCall) => ProgramCall;
}

export interface Contest {
  /** Where each client gets a folder of its own. */
  readonly folder: string;
  readonly rounds: number;
  readonly timeoutMs: number;
  /** How long to wait at most, before each run, for other programs to be done. */
  readonly quietMs: number;
  /** `fresh`: each run begins with nothing. `kept`: with what the last one left; the first of all does not count. */
  readonly folders: 'fresh' | 'kept';
  /** Fills a new folder, after the client's own preparation. */
  readonly fill?: (entry: Entry, folder: string) => Promise<void>;
  /** @throws Error if this is not what the client was to store */
  readonly verify: (client: Client, folder: string, said: string) => Promise<void>;
  readonly note: (line: string) => void;
}

export interface Run extends Measured {
  /** Cores that others used right before. */
  readonly busyCores: number;
}

/** By client's name; of one that failed, why. */
export type Runs = ReadonlyMap<string, readonly Run[] | Error>;

export async function contest(entries: readonly Entry[], options: Contest): Promise<Runs> {
  const runs = new Map<string, Run[] | Error>(entries.map(({ client }) => [client.name, []]));
  for (let round = options.folders === 'kept' ? -1 : 0; round < options.rounds; round += 1) {
    const turn = Math.max(0, round) % Math.max(1, entries.length);
    for (const entry of [...entries.slice(turn), ...entries.slice(0, turn)]) {
      const { name } = entry.client;
      const before = runs.get(name);
      if (before === undefined || before instanceof Error) continue;
      try {
        const run = await runOnce(entry, round, options);
        options.note(`${name}: ${(run.wallMs / 1000).toFixed(2)} s${round < 0 ? ' (not counted)' : ''}`);
        if (round >= 0) before.push(run);
      } catch (error) {
        options.note(`${name} failed: ${String(error)}`);
        runs.set(name, error instanceof Error ? error : new Error(String(error)));
      }
    }
  }
  return runs;
}

async function runOnce(entry: Entry, round: number, options: Contest): Promise<Run> {
  const { client, target, wrap = (call: ProgramCall) => call } = entry;
  const name = options.folders === 'fresh' ? `${client.name}-${round}` : client.name;
  const folder = join(options.folder, name);
  const isNew = options.folders === 'fresh' || round < 0;
  if (isNew) await mkdir(folder, { recursive: true });
  const call = await client.prepare(folder, target);
  if (isNew) await options.fill?.(entry, folder);
  const busyCores = await waitForQuiet(options.folder, options.quietMs);
  const measured = await runMeasured(wrap(call), folder, options.timeoutMs);
  await options.verify(client, folder, measured.said);
  return { ...measured, busyCores };
}
