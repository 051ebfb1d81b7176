// One message of a gigabyte: memory must not know of it.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { mailferryRaw } from '../clients/mailferry.ts';
import { contest } from '../measure/interleaved.ts';
import { startChildServer } from '../servers/child-server.ts';
import { giantMessage } from '../servers/memory-maildrop.ts';
import { cpuSeconds, failures, lines, mbPerSecond, peakMb, remarkOnNoise, seconds } from './figures.ts';
import { chooseClients, type BenchContext, type Row, type RowReport } from './row.ts';

const FULL_OCTETS = 1e9;
const TIMEOUT_MS = 600_000;

export const giant: Row = { name: 'giant', about: 'one message of 1 GB: memory', run: runGiant };

async function runGiant(context: BenchContext): Promise<RowReport> {
  const octets = Math.max(20e6, FULL_OCTETS * context.scale);
  const hash = createHash('sha256');
  let sizeOctets = 0;
  for (const piece of giantMessage(octets)) {
    hash.update(piece);
    sizeOctets += piece.length;
  }
  const digest = hash.digest('hex');
  await using server = await startChildServer('memory-server.ts', ['giant', String(octets)]);
  const target = { host: '127.0.0.1', port: server.port, user: 'owner', password: 'pass' };
  const { clients, remarks } = chooseClients([mailferryRaw], context);
  const runs = await contest(
    clients.map((client) => ({ client, target })),
    {
      ...context,
      timeoutMs: TIMEOUT_MS,
      folders: 'fresh',
      verify: async (_client, folder) => {
        const found = await digestsBelow(join(folder, 'archive/raw'));
        if (found.join() !== digest) throw new Error('the message is not stored with its octets');
      },
    },
  );
  return {
    title: `one message of ${(sizeOctets / 1e6).toFixed(0)} MB`,
    head: ['client', 'wall s', 'MB/s', 'CPU s', 'peak MB'],
    lines: lines(runs, [seconds, mbPerSecond({ messages: 1, octets: sizeOctets }), cpuSeconds, peakMb]),
    remarks: [...remarks, ...failures(runs), remarkOnNoise(runs)],
    runs,
  };
}

/** Never holding a message as a whole. */
async function digestsBelow(folder: string): Promise<string[]> {
  const digests: string[] = [];
  for await (const file of glob('**/*.eml', { cwd: folder })) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(join(folder, file))) hash.update(chunk as Buffer);
    digests.push(hash.digest('hex'));
  }
  return digests;
}
