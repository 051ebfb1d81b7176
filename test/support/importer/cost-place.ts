// A whole importer that is measured: mailboxes to import, many small ones to poll, all at a distance, nothing failing.

import { setTimeout as sleep } from 'node:timers/promises';
import { DynamodbAccountDirectory } from '../../../lib/adapters/dynamodb-account-directory.ts';
import type { AccountId } from '../../../lib/core/account.ts';
import { slotOf } from '../../../lib/core/schedule.ts';
import type { Quantities } from '../../../lib/estimate/aws-prices.ts';
import { startDelayProxy } from '../delay-proxy.ts';
import { startDovecot } from '../dovecot.ts';
import { openTestTable } from '../dynalite.ts';
import type { LoadedMessage } from '../maildir.ts';
import { plainMail } from '../odd-mail.ts';
import { ageSuccess } from './age-success.ts';
import { applyAccounts, keepPasswords } from './apply-accounts.ts';
import { ImporterMeter } from './importer-meter.ts';
import { startImporter } from './importer-rig.ts';
import type { ImporterRig } from './importer-rig.ts';
import type { DeployedFunction, ImporterStack } from './importer-stack.ts';

export interface CostSizes {
  /** That are polled, as many at each of the minutes. */
  readonly accounts: number;
  readonly everyMinutes: number;
  /** In each mailbox that is imported. */
  readonly messages: Readonly<Record<MailboxName, number>>;
  readonly messageOctets: number;
}

export type MailboxName = 'medium' | 'large';

export interface CostPlace extends AsyncDisposable {
  /** To the mailboxes and back, of connections from now on. */
  roundTripMs: number;
  /** Nobody is due. */
  passMinutes(count: number): Promise<Quantities>;
  /** From nothing to the last document. */
  importMailbox(which: MailboxName): Promise<Quantities>;
  /** Polls the small ones, so that they have nothing new. */
  settleAccounts(): Promise<void>;
  /** In each round each account is polled once, and one in so many of them as if its last success were an hour ago. */
  pollRounds(rounds: number, oneInAged: number): Promise<PolledRounds>;
}

export interface PolledRounds {
  readonly used: Quantities;
  readonly polls: number;
}

/** As deployed there are ten of each: how many work at the same time changes nothing of what they use. */
const CONCURRENCY = { poll: 2, drain: 1, parse: 1 };
const LOOK_EVERY_MS = 50;

export async function openCostPlace(sizes: CostSizes): Promise<CostPlace> {
  await using opening = new AsyncDisposableStack();
  const small = smallAccounts(sizes);
  const { everyMinutes } = sizes;
  const dovecot = await startDovecot({ messages: [], others: mailboxes(small, sizes) });
  opening.use(dovecot);
  const place = { roundTripMs: 0 };
  const proxy = opening.use(
    await startDelayProxy({ port: dovecot.tlsPort, roundTripMs: () => place.roundTripMs }),
  );
  const rig = opening.use(
    await startImporter({
      concurrency: CONCURRENCY,
      adjust: (deployed) => trusting(deployed, dovecot.caFile),
    }),
  );
  await keepPasswords([...IMPORTED, ...small], dovecot.password, rig.servers.moto);
  const directory = new DynamodbAccountDirectory(
    opening.use(openTestTable(rig.servers.dynamodbPort)),
    Date.now,
  );
  const apply = async (users: readonly string[], everyMinutes: number): Promise<readonly AccountId[]> =>
    await applyAccounts(users, { ...dovecot, port: 0, tlsPort: proxy.port }, directory, {
      everyMinutes,
      tls: 'all-trusted',
    });
  const owned = opening.move();
  return Object.assign(place, {
    passMinutes: async (count: number) => {
      const meter = new ImporterMeter(rig);
      for (let minute = 0; minute < count; minute += 1) await passMinute(rig);
      return meter.take();
    },
    importMailbox: async (which: MailboxName) => {
      const meter = new ImporterMeter(rig);
      const told = rig.notifications.told + sizes.messages[which];
      const [id] = await apply([which], 1);
      await passMinute(rig);
      while (rig.notifications.told < told || !(await isIdle(rig))) await sleep(LOOK_EVERY_MS);
      if (id !== undefined) await directory.remove(id);
      return meter.take();
    },
    settleAccounts: async () => {
      await apply(small, everyMinutes);
      for (let minute = 0; minute < everyMinutes; minute += 1) await passMinute(rig);
    },
    pollRounds: async (rounds: number, oneInAged: number) => {
      const meter = new ImporterMeter(rig);
      const before = rig.sources.poll.counts.messages;
      for (let round = 0; round < rounds; round += 1) {
        const aged = small.filter((_, index) => index % oneInAged === round % oneInAged);
        await ageSuccess(rig.servers.dynamodbPort, aged);
        for (let minute = 0; minute < everyMinutes; minute += 1) await passMinute(rig);
      }
      return { used: meter.take(), polls: rig.sources.poll.counts.messages - before };
    },
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  });
}

const IMPORTED: readonly MailboxName[] = ['medium', 'large'];

/** Names that fall due at the same minute fill the batches of their polls, as those of a thousand accounts do. */
function smallAccounts({ accounts, everyMinutes }: CostSizes): readonly string[] {
  const room = new Map<string, number>();
  const names: string[] = [];
  for (let number = 0; names.length < accounts; number += 1) {
    const name = `small-${number}`;
    const slot = slotOf(name as AccountId, { everyMinutes }, false);
    const left = room.get(slot) ?? Math.ceil(accounts / everyMinutes);
    room.set(slot, left - 1);
    if (left > 0) names.push(name);
  }
  return names;
}

function mailboxes(
  small: readonly string[],
  { messages, messageOctets }: CostSizes,
): ReadonlyMap<string, readonly LoadedMessage[]> {
  const boxes = new Map<string, readonly LoadedMessage[]>(
    IMPORTED.map((name) => [
      name,
      Array.from({ length: messages[name] }, (_, number) => letter(number, messageOctets)),
    ]),
  );
  for (const [index, user] of small.entries()) boxes.set(user, [letter(index, 0)]);
  return boxes;
}

const LINE = 'A letter of ordinary length, in lines of an ordinary length, about nothing.\r\n';

/** @param octets at least, about */
function letter(number: number, octets: number): LoadedMessage {
  const head = plainMail(number);
  const rest = LINE.repeat(Math.max(0, Math.ceil((octets - head.length) / LINE.length)));
  return { name: String(number), bytes: Buffer.concat([head, Buffer.from(rest)]) };
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

/** Nobody waits for the end of an import longer than that: how a batch is collected changes little of what it costs. */
const BATCH_WINDOW_SECONDS = 3;

/** As where servers have certificates of the authorities that everybody trusts: an account does not carry one of its own. */
function trusting(stack: ImporterStack, caFile: string): ImporterStack {
  const { poll, drain } = stack.functions;
  const trust = (deployed: DeployedFunction): DeployedFunction => ({
    ...deployed,
    environment: { ...deployed.environment, NODE_EXTRA_CA_CERTS: caFile },
  });
  const parse = { ...stack.queues.parse, batchWindowSeconds: BATCH_WINDOW_SECONDS };
  return {
    ...stack,
    functions: { ...stack.functions, poll: trust(poll), drain: trust(drain) },
    queues: { ...stack.queues, parse },
  };
}
