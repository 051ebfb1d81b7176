// A run that finds nothing new in a large maildrop: what a schedule does all day.

import type { Client } from '../clients/client.ts';
import { mailferry } from '../clients/mailferry.ts';
import { mpop } from '../clients/mpop.ts';
import { nodeUidl } from '../clients/node-files.ts';
import { poplib } from '../clients/poplib.ts';
import { contest } from '../measure/interleaved.ts';
import { startChildServer } from '../servers/child-server.ts';
import { madeUidl } from '../servers/made-listing.ts';
import { cpuSeconds, failures, lines, peakMb, remarkOnNoise, seconds, timesThatOf } from './figures.ts';
import { chooseClients, type BenchContext, type Row, type RowReport } from './row.ts';

export const poll100k = row('poll100k', 100_000);
export const poll1m = row('poll1m', 1_000_000);

const CLIENTS = [mailferry, mpop, poplib, nodeUidl];
const TIMEOUT_MS = 600_000;

/** The first run of each client settles what it can, and does not count. */
function row(name: string, fullCount: number): Row {
  const about = `nothing new among ${fullCount.toLocaleString('en')} messages`;
  return { name, about, run: async (context) => await runPolls(fullCount, context) };
}

async function runPolls(fullCount: number, context: BenchContext): Promise<RowReport> {
  // A listing costs little: a tenth of it would say nothing about a whole one.
  const count = Math.max(1000, Math.round(fullCount * Math.min(1, context.scale * 10)));
  const { clients, remarks } = chooseClients(CLIENTS, context);
  const uidls = Array.from({ length: count }, (_, index) => madeUidl(index + 1));
  await using server = await startChildServer('memory-server.ts', ['listing', String(count)]);
  const target = { host: '127.0.0.1', port: server.port, user: 'owner', password: 'pass' };
  const runs = await contest(
    clients.map((client) => ({ client, target })),
    {
      ...context,
      timeoutMs: TIMEOUT_MS,
      folders: 'kept',
      fill: async (entry, folder) => await entry.client.prime?.(folder, target, uidls),
      verify: assertNothingStored,
    },
  );
  return {
    title: `nothing new: ${count} messages on an in-memory server, loopback, no TLS`,
    head: ['client', 'wall s', 'CPU s', 'peak MB', 'x mpop', 'x node-uidl'],
    lines: lines(runs, [
      seconds,
      cpuSeconds,
      peakMb,
      timesThatOf('mpop', runs),
      timesThatOf('node-uidl', runs),
    ]),
    remarks: [...remarks, ...failures(runs), remarkOnNoise(runs)],
    runs,
  };
}

async function assertNothingStored(client: Client, folder: string): Promise<void> {
  for await (const _ of client.stored(folder)) {
    throw new Error(`${client.name} fetched a message that it knew`);
  }
}
