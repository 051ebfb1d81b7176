// Everything in a mailbox fetched once and left on the server: loopback, TLS, and over a distance.

import { fetchmail } from '../clients/fetchmail.ts';
import { getmail } from '../clients/getmail.ts';
import type { Client } from '../clients/client.ts';
import { mailferry, mailferryRaw } from '../clients/mailferry.ts';
import { mpop } from '../clients/mpop.ts';
import { nodeFiles } from '../clients/node-files.ts';
import { poplib } from '../clients/poplib.ts';
import { FULL_COUNT, type Profile } from '../mailbox/made-mail.ts';
import { contest, type Runs } from '../measure/interleaved.ts';
import { openWay } from '../network/way.ts';
import {
  cpuSeconds,
  failures,
  lines,
  mbPerSecond,
  peakMb,
  peakSumMb,
  perSecond,
  remarkOnNoise,
  seconds,
  timesThatOf,
  type Work,
} from './figures.ts';
import { chooseClients, type BenchContext, type Row, type RowReport } from './row.ts';

interface Download {
  readonly profile: Profile;
  readonly tls: boolean;
  readonly roundTripMs: number;
  readonly clients: readonly Client[];
  /** At most so many messages, whatever the scale. */
  readonly atMost?: number;
}

const ALL = [mailferryRaw, mailferry, nodeFiles, mpop, poplib, fetchmail, getmail];
const TIMEOUT_MS = 1_800_000;

export const plain = row('plain', 'loopback, no TLS', { profile: 'a', tls: false, roundTripMs: 0 });
export const tls = row('tls', 'loopback, TLS', { profile: 'a', tls: true, roundTripMs: 0 });
export const rtt20 = row('rtt20', '20 ms there and back', { profile: 'a', tls: false, roundTripMs: 20 });
export const rtt80 = row('rtt80', '80 ms there and back', { profile: 'a', tls: false, roundTripMs: 80 });
export const large = row('large', 'messages of 25 MB: memory', {
  profile: 'c',
  tls: false,
  roundTripMs: 0,
  clients: [mailferryRaw, mailferry, nodeFiles, mpop, poplib],
});

function row(name: string, about: string, given: Omit<Download, 'clients'> & Partial<Download>): Row {
  const atMost = given.roundTripMs > 0 ? 1000 : Infinity;
  const download = { clients: ALL, atMost, ...given };
  return { name, about, run: async (context) => await runDownload(about, download, context) };
}

async function runDownload(about: string, download: Download, context: BenchContext): Promise<RowReport> {
  const { profile, tls, roundTripMs, atMost = Infinity } = download;
  const count = Math.min(atMost, Math.max(2, Math.round(FULL_COUNT[profile] * context.scale)));
  const { clients, remarks } = chooseClients(download.clients, context, (client) =>
    roundTripMs > 0 && client.isSequential
      ? 'a round trip or two for each message (name it to see)'
      : undefined,
  );
  const server = await context.mailServer(profile, count);
  await using way = await openWay(tls ? server.tlsPort : server.port, roundTripMs);
  const { user, password, caFile, mailbox } = server;
  const target = { ...way.target, user, password, ...(tls && { caFile }) };
  const runs = await contest(
    clients.map((client) => ({ client, target, wrap: way.wrap })),
    {
      ...context,
      timeoutMs: TIMEOUT_MS,
      folders: 'fresh',
      verify: async (client, folder) => await mailbox.verify(client.stored(folder), client.fidelity),
    },
  );
  const work = { messages: mailbox.count, octets: mailbox.octets };
  return {
    title: `${work.messages} messages of mailbox ${profile}, ${(work.octets / 1e6).toFixed(1)} MB; ${about}`,
    ...tableOf(runs, work),
    remarks: [...remarks, ...failures(runs), ...way.remarks, remarkOnNoise(runs)],
    runs,
  };
}

function tableOf(runs: Runs, work: Work): Pick<RowReport, 'head' | 'lines'> {
  return {
    head: ['client', 'wall s', 'msgs/s', 'MB/s', 'CPU s', 'peak MB', 'all MB', 'x mpop', 'x node-files'],
    lines: lines(runs, [
      seconds,
      perSecond(work),
      mbPerSecond(work),
      cpuSeconds,
      peakMb,
      peakSumMb,
      timesThatOf('mpop', runs),
      timesThatOf('node-files', runs),
    ]),
  };
}
