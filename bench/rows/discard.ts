// What the import costs in processor time when nothing is written: from a server that has all mail in memory, into a store that
// keeps none. The bare client shows what of it is the socket's.

import { mailferryDiscard } from '../clients/mailferry.ts';
import { nodeDiscard } from '../clients/node-files.ts';
import { FULL_COUNT, madeMail } from '../mailbox/made-mail.ts';
import { MailboxFacts } from '../mailbox/mailbox-facts.ts';
import { contest, type Run } from '../measure/interleaved.ts';
import { median } from '../measure/statistics.ts';
import { startChildServer } from '../servers/child-server.ts';
import { cpuSeconds, failures, lines, mbPerSecond, peakMb, remarkOnNoise, seconds } from './figures.ts';
import { chooseClients, type BenchContext, type Row, type RowReport } from './row.ts';

const TIMEOUT_MS = 600_000;
const GB = 1e9;

export const discard: Row = {
  name: 'discard',
  about: 'processor time of the import alone: nothing written, sha256 included',
  run: runDiscard,
};

async function runDiscard(context: BenchContext): Promise<RowReport> {
  // Less than this shows how fast Node warms up, and nothing else.
  const count = Math.max(context.scale < 0.01 ? 10 : 1000, Math.round(FULL_COUNT.a * context.scale));
  const facts = new MailboxFacts();
  for (const message of madeMail('a', count)) facts.add(message);
  await using server = await startChildServer('memory-server.ts', ['mail', 'a', String(count)]);
  const target = { host: '127.0.0.1', port: server.port, user: 'owner', password: 'pass' };
  const { clients, remarks } = chooseClients([mailferryDiscard, nodeDiscard], context);
  const runs = await contest(
    clients.map((client) => ({ client, target })),
    {
      ...context,
      timeoutMs: TIMEOUT_MS,
      folders: 'fresh',
      verify: async (client, _folder, said) => {
        if (client === mailferryDiscard) facts.verifyDigests(counted(ownReport(said).digests));
        else if (Number(said) !== facts.count) throw new Error(`${said} messages of ${facts.count} came`);
      },
    },
  );
  const perGb = (cpuMs: number): string => (cpuMs / 1000 / (facts.octets / GB)).toFixed(2);
  return {
    title: `into nothing, from memory: ${count} messages of mailbox a, ${(facts.octets / 1e6).toFixed(1)} MB`,
    head: ['client', 'wall s', 'MB/s', 'CPU s', 'CPU s/GB', 'import alone, CPU s/GB', 'peak MB'],
    lines: lines(runs, [
      seconds,
      mbPerSecond({ messages: facts.count, octets: facts.octets }),
      cpuSeconds,
      (of) => perGb(median(of.map(({ cpuMs }) => cpuMs))),
      (of) => perGb(median(of.map(importAloneMs))),
      peakMb,
    ]),
    remarks: [
      '"import alone" leaves out the start of Node and of the program',
      ...remarks,
      ...failures(runs),
      remarkOnNoise(runs),
    ],
    runs,
  };
}

interface OwnReport {
  readonly cpuMs: number;
  readonly digests: readonly string[];
}

function ownReport(said: string): OwnReport {
  return JSON.parse(said) as OwnReport;
}

/** The bare client has next to nothing to start. */
function importAloneMs({ said, cpuMs }: Run): number {
  return said.startsWith('{') ? ownReport(said).cpuMs : cpuMs;
}

function counted(digests: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const digest of digests) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  return counts;
}
