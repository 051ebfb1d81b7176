// Into S3 with 60 ms more for each PUT, beside the same into a folder: over 80 ms to the mail server neither should wait for
// the store.

import type { Client } from '../clients/client.ts';
import { mailferryInto, mailferryRaw } from '../clients/mailferry.ts';
import { FULL_COUNT } from '../mailbox/made-mail.ts';
import type { MailboxFacts } from '../mailbox/mailbox-facts.ts';
import { contest } from '../measure/interleaved.ts';
import { openWay } from '../network/way.ts';
import { startChildServer, type ChildServer } from '../servers/child-server.ts';
import type { S3Digests } from '../servers/s3-server.ts';
import {
  cpuSeconds,
  failures,
  lines,
  mbPerSecond,
  peakMb,
  perSecond,
  remarkOnNoise,
  seconds,
  timesThatOf,
  type Work,
} from './figures.ts';
import { chooseClients, type BenchContext, type Row, type RowReport } from './row.ts';

const PUT_DELAY_MS = 60;
const ROUND_TRIP_MS = 80;
const TIMEOUT_MS = 600_000;

export const s3: Row = { name: 's3', about: 'into S3, 60 ms a PUT, mail from 80 ms away', run: runS3 };

async function runS3(context: BenchContext): Promise<RowReport> {
  const count = Math.min(1000, Math.round(FULL_COUNT.a * context.scale));
  const mail = await context.mailServer('a', count);
  await using store = await startChildServer('s3-server.ts', [String(PUT_DELAY_MS)]);
  await using way = await openWay(mail.port, ROUND_TRIP_MS);
  const place = {
    archive: 's3://bench/archive',
    env: {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${store.port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
    },
  };
  const { clients, remarks } = chooseClients([mailferryInto(place), mailferryRaw], context);
  let mostPuts = 0;
  const verify = async (client: Client, folder: string): Promise<void> => {
    if (client === mailferryRaw) await mail.mailbox.verify(client.stored(folder), 'octets');
    else mostPuts = Math.max(mostPuts, await verifyStored(store, mail.mailbox));
  };
  const target = { ...way.target, user: mail.user, password: mail.password };
  const runs = await contest(
    clients.map((client) => ({ client, target, wrap: way.wrap })),
    { ...context, timeoutMs: TIMEOUT_MS, folders: 'fresh', verify },
  );
  const work: Work = { messages: mail.mailbox.count, octets: mail.mailbox.octets };
  return {
    title: `into S3 with ${PUT_DELAY_MS} ms a PUT, and into a folder, ${ROUND_TRIP_MS} ms to the mail server: ${count} messages`,
    head: ['client', 'wall s', 'msgs/s', 'MB/s', 'CPU s', 'peak MB', 'x mailferry-raw'],
    lines: lines(runs, [
      seconds,
      perSecond(work),
      mbPerSecond(work),
      cpuSeconds,
      peakMb,
      timesThatOf('mailferry-raw', runs),
    ]),
    remarks: [
      `at most ${mostPuts} puts were under way at a time`,
      ...remarks,
      ...failures(runs),
      ...way.remarks,
      remarkOnNoise(runs),
    ],
    runs,
  };
}

/** @returns how many puts were under way at a time. Forgets what is stored, for the next run. */
async function verifyStored(store: ChildServer, mailbox: MailboxFacts): Promise<number> {
  const { digests, mostUnderWay } = JSON.parse(await store.ask('digests')) as S3Digests;
  await store.ask('forget');
  const counts = new Map<string, number>();
  for (const digest of digests) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  mailbox.verifyDigests(counts);
  return mostUnderWay;
}
