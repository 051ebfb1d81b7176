// What cannot be meant by the props of an importer is refused before anything is made of them: values that AWS would refuse in the
// middle of a deployment, and what would be left out without a word because something else is switched off.

import type { Account } from '../lib/core/account.ts';
import type { Concurrency } from './functions.ts';
import type { MailboxImporterProps } from './mailbox-importer-props.ts';
import { notDeployable } from './not-deployable.ts';

/** A day, an hour for the mark that is renewed hourly, and one to spare. */
export const DEFAULT_STALE_HOURS = 26;

/** Lambda's own limits of the invocations for a queue. */
const LEAST_CONCURRENCY = 2;
const MOST_CONCURRENCY = 1000;

/** Somebody at some host: whether it is right only its owner can say, who has to confirm. */
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** @throws CONFIG_INVALID */
export function checkProps(props: MailboxImporterProps): void {
  checkContradictions(props);
  checkConcurrency(props.concurrency ?? {});
  checkStaleHours(props.staleHours ?? DEFAULT_STALE_HOURS, props.accounts ?? []);
  const { alarmEmail } = props;
  if (alarmEmail !== undefined && !EMAIL.test(alarmEmail))
    throw notDeployable(`alarmEmail is ${JSON.stringify(alarmEmail)}`, 'an e-mail address is allowed');
}

function checkContradictions(props: MailboxImporterProps): void {
  const { events = true, eventBus, messageEvents = false, alarms = true, alarmTopic, alarmEmail } = props;
  if (!events && (eventBus !== undefined || messageEvents)) {
    throw notDeployable(
      'events are switched off, and asked for too',
      'leave out events: false, or the others',
    );
  }
  if (!alarms && (alarmTopic !== undefined || alarmEmail !== undefined)) {
    throw notDeployable(
      'alarms are switched off, and alarmTopic or alarmEmail says who gets them',
      'leave out alarms: false, or the others',
    );
  }
  if (props.catalogDatabase !== undefined && !props.catalog) {
    throw notDeployable(
      'catalogDatabase is set, and there is no catalog',
      'set catalog: true, or leave it out',
    );
  }
  if (props.catalog && props.catalogRows === false) {
    throw notDeployable(
      'catalog is true, and catalogRows is false: a table without rows',
      'leave out one of them',
    );
  }
  if (props.vpc !== undefined && props.staticEgress) {
    throw notDeployable(
      'vpc and staticEgress are both set',
      'a network of yours has a way out of its own: leave staticEgress out',
    );
  }
}

function checkConcurrency({ polls, drains, parses }: Concurrency): void {
  for (const [name, count] of Object.entries({ polls, drains, parses })) {
    if (count === undefined) continue;
    if (Number.isInteger(count) && count >= LEAST_CONCURRENCY && count <= MOST_CONCURRENCY) continue;
    throw notDeployable(
      `concurrency.${name} is ${count}`,
      `a whole number from ${LEAST_CONCURRENCY} to ${MOST_CONCURRENCY} is allowed: Lambda takes no other`,
    );
  }
}

/** Or an account that is well would be called stale between the marks it leaves of its success. */
function checkStaleHours(staleHours: number, accounts: readonly Account[]): void {
  const intervals = accounts.map(({ schedule }) =>
    'everyMinutes' in schedule ? schedule.everyMinutes / 60 : 0,
  );
  const least = 1 + Math.max(0, ...intervals);
  if (staleHours > least && Number.isFinite(staleHours)) return;
  throw notDeployable(
    `staleHours is ${staleHours}`,
    `more than ${least} is allowed: an hour, and the longest interval of the accounts`,
  );
}
