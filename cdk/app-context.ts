// What `-c name=value` may say to the app; docs/deploy.md lists it. Whoever wants more writes a stack with the construct.

import type { MailboxImporterProps } from './mailbox-importer-props.ts';
import { notDeployable } from './not-deployable.ts';

export interface AppContext {
  /** Path of mailferry.yaml, if it was named. */
  readonly config: string | undefined;
  readonly stackName: string;
  readonly importer: MailboxImporterProps;
}

/** What was said, as text. */
type ReadContext = (name: string) => unknown;

/** @throws CONFIG_INVALID */
export function readAppContext(read: ReadContext): AppContext {
  const said = (name: string): string | undefined => {
    const value = read(name);
    if (value === undefined || typeof value === 'string') return value;
    // In cdk.json it may be a number.
    return JSON.stringify(value);
  };
  const alarmEmail = said('alarmEmail');
  const codeFolder = said('codeFolder');
  const objectLockDays = said('objectLockDays');
  return {
    config: said('config'),
    stackName: said('stackName') ?? 'Mailferry',
    importer: {
      events: toSwitch('events', said('events') ?? 'yes'),
      messageEvents: toSwitch('messageEvents', said('messageEvents') ?? 'no'),
      staticEgress: toSwitch('staticEgress', said('staticEgress') ?? 'no'),
      reserveDispatchConcurrency: toSwitch('reserveConcurrency', said('reserveConcurrency') ?? 'no'),
      parserNetwork: toSwitch('isolateParser', said('isolateParser') ?? 'yes') ? 'isolated' : 'open',
      secretFolders: said('secretFolders')?.split(',') ?? [],
      concurrency: {
        polls: toCount('polls', said('polls') ?? '10'),
        drains: toCount('drains', said('drains') ?? '10'),
        parses: toCount('parses', said('parses') ?? '10'),
      },
      ...(alarmEmail === undefined ? {} : { alarmEmail }),
      ...(codeFolder === undefined ? {} : { codeFolder }),
      // The other mode is not for a command line.
      ...(objectLockDays === undefined
        ? {}
        : { objectLock: { mode: 'governance', days: toCount('objectLockDays', objectLockDays) } }),
    },
  };
}

function toSwitch(name: string, text: string): boolean {
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw notDeployable(`the context has ${name}=${text}`, 'yes or no is allowed');
}

function toCount(name: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw notDeployable(`the context has ${name}=${text}`, 'a whole number above 0 is allowed');
}
