// A whole importer that is measured: one large mailbox to import, many small ones to poll, all at a distance, nothing failing.

import { setTimeout as sleep } from 'node:timers/promises';
import { DynamodbAccountDirectory } from '../../../lib/adapters/dynamodb-account-directory.ts';
import type { AccountId } from '../../../lib/core/account.ts';
import { startDelayProxy } from '../delay-proxy.ts';
import { startDovecot } from '../dovecot.ts';
import { openTestTable } from '../dynalite.ts';
import type { LoadedMessage } from '../maildir.ts';
import { plainMail } from '../odd-mail.ts';
import { ageSuccess } from './age-success.ts';
import { applyAccounts, keepPasswords } from './apply-accounts.ts';
import { ImporterMeter } from './importer-meter.ts';
import type { ImporterUse } from './importer-meter.ts';
import { startImporter } from './importer-rig.ts';
import type { ImporterRig } from './importer-rig.ts';

export interface CostSizes {
  /** That are polled. */
  readonly accounts: number;
  /** In the large mailbox. */
  readonly messages: number;
  readonly messageOctets: number;
}

export interface CostPlace extends AsyncDisposable {
  /** To the mailboxes and back, of connections from now on. */
  roundTripMs: number;
  importLargeMailbox(): Promise<ImporterUse>;
  /** Polls the small ones until they have nothing new, and every environment is warm. */
  settleAccounts(everyMinutes: number): Promise<void>;
  /** In each round each account is polled once, and one in so many of them as if its last success were an hour ago. */
  pollRounds(rounds: number, everyMinutes: number, oneInAged: number): Promise<PolledRounds>;
}

export interface PolledRounds {
  readonly use: ImporterUse;
  readonly polls: number;
}

const LARGE = 'large' as AccountId;
/** As deployed there are ten of each: how many work at the same time changes nothing of what they use. */
const CONCURRENCY = { poll: 2, drain: 1, parse: 1 };
const LOOK_EVERY_MS = 50;

export async function openCostPlace(sizes: CostSizes): Promise<CostPlace> {
  await using opening = new AsyncDisposableStack();
  const small = Array.from({ length: sizes.accounts }, (_, index) => `small-${index}`);
  const dovecot = await startDovecot({ messages: [], others: mailboxes(small, sizes) });
  opening.use(dovecot);
  const place = { roundTripMs: 0 };
  const proxy = opening.use(
    await startDelayProxy({ port: dovecot.tlsPort, roundTripMs: () => place.roundTripMs }),
  );
  const rig = opening.use(await startImporter({ concurrency: CONCURRENCY }));
  await keepPasswords([LARGE, ...small], dovecot.password, rig.servers.moto);
  const directory = new DynamodbAccountDirectory(
    opening.use(openTestTable(rig.servers.dynamodbPort)),
    Date.now,
  );
  const apply = async (users: readonly string[], everyMinutes: number): Promise<unknown> =>
    await applyAccounts(users, { ...dovecot, port: 0, tlsPort: proxy.port }, directory, {
      everyMinutes,
      tls: 'all',
    });
  const owned = opening.move();
  return Object.assign(place, {
    importLargeMailbox: async () => {
      const meter = new ImporterMeter(rig);
      await apply([LARGE], 1);
      await rig.tick.next();
      while (!(await isImported(rig, directory, sizes.messages))) await sleep(LOOK_EVERY_MS);
      await directory.remove(LARGE);
      return meter.take();
    },
    settleAccounts: async (everyMinutes: number) => {
      await apply(small, everyMinutes);
      for (let minute = 0; minute < 2 * everyMinutes; minute += 1) await passMinute(rig);
    },
    pollRounds: async (rounds: number, everyMinutes: number, oneInAged: number) => {
      const meter = new ImporterMeter(rig);
      const before = rig.sources.poll.counts.messages;
      for (let round = 0; round < rounds; round += 1) {
        const aged = small.filter((_, index) => index % oneInAged === round % oneInAged);
        await ageSuccess(rig.servers.dynamodbPort, aged);
        for (let minute = 0; minute < everyMinutes; minute += 1) await passMinute(rig);
      }
      return { use: meter.take(), polls: rig.sources.poll.counts.messages - before };
    },
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  });
}

function mailboxes(
  small: readonly string[],
  { messages, messageOctets }: CostSizes,
): ReadonlyMap<string, readonly LoadedMessage[]> {
  const letter = (number: number, octets: number): LoadedMessage => {
    const head = plainMail(number);
    const line = `${'A letter of ordinary length, in lines of an ordinary length, about nothing.'}\r\n`;
    const rest = line.repeat(Math.max(0, Math.ceil((octets - head.length) / line.length)));
    return { name: String(number), bytes: Buffer.concat([head, Buffer.from(rest)]) };
  };
  const large = Array.from({ length: messages }, (_, number) => letter(number, messageOctets));
  return new Map([[LARGE, large], ...small.map((user, index) => [user, [letter(index, 0)]] as const)]);
}

/** The next minute, and all that comes of it. */
async function passMinute(rig: ImporterRig): Promise<void> {
  const [report] = await rig.tick.next();
  if (report && 'fault' in report.outcome) throw new Error(JSON.stringify(report.outcome.fault));
  while (!(await isIdle(rig))) await sleep(LOOK_EVERY_MS);
}

async function isIdle({ servers, notifications }: ImporterRig): Promise<boolean> {
  await notifications.settle();
  for (const { queue } of Object.values(servers.queues)) {
    if ((await servers.fauxqs.held(queue)).length > 0) return false;
  }
  return true;
}

async function isImported(
  rig: ImporterRig,
  directory: DynamodbAccountDirectory,
  messages: number,
): Promise<boolean> {
  if (rig.notifications.told < messages || !(await isIdle(rig))) return false;
  return (await directory.view(LARGE)).drain === undefined;
}
