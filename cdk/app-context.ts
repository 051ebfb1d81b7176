// What the context may say to the app, by cdk.context.json or `-c name=value`; docs/deploy.md lists it. Whoever wants more writes a
// stack with the construct.

import type { MailboxImporterProps } from './mailbox-importer-props.ts';
import { notDeployable } from './not-deployable.ts';

export interface AppContext {
  /** Path of the configuration. */
  readonly config: string;
  readonly stackName: string;
  readonly importer: MailboxImporterProps;
  /** What differs from the defaults, as it was said: `polls=40`. */
  readonly chosen: readonly string[];
}

/** Everything that was said, CDK's own too; as text, or what JSON made of it. */
type Context = Readonly<Record<string, unknown>>;

/** Every name that means something here. `none` is what can also be said: that there is none. */
export const DEFAULTS = {
  config: 'mailferry.yaml',
  stackName: 'Mailferry',
  alarmEmail: 'none',
  secretFolders: 'none',
  staticEgress: 'no',
  isolateParser: 'yes',
  polls: '10',
  drains: '10',
  parses: '10',
  objectLockDays: 'none',
  events: 'yes',
  messageEvents: 'no',
  reserveConcurrency: 'no',
  codeFolder: 'none',
} as const;

type Name = keyof typeof DEFAULTS;

/** CDK's own have colons, slashes or `@` in their names, but for this one. */
const CDKS_OWN = 'acknowledged-issue-numbers';

/** CloudFormation's rule. */
const STACK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,127}$/;

/** @throws CONFIG_INVALID */
export function readAppContext(context: Context): AppContext {
  refuseUnknown(Object.keys(context));
  const said = (name: Name): string => toText(name, context[name]) ?? DEFAULTS[name];
  const saidIfAny = (name: Name): string | undefined => (said(name) === 'none' ? undefined : said(name));
  const alarmEmail = saidIfAny('alarmEmail');
  const codeFolder = saidIfAny('codeFolder');
  const objectLockDays = saidIfAny('objectLockDays');
  const stackName = said('stackName');
  if (!STACK_NAME.test(stackName)) {
    throw refused('stackName', stackName, 'a letter, then letters, digits and - are allowed, 128 at most');
  }
  return {
    config: said('config'),
    stackName,
    importer: {
      events: toSwitch('events', said('events')),
      messageEvents: toSwitch('messageEvents', said('messageEvents')),
      staticEgress: toSwitch('staticEgress', said('staticEgress')),
      reserveDispatchConcurrency: toSwitch('reserveConcurrency', said('reserveConcurrency')),
      parserNetwork: toSwitch('isolateParser', said('isolateParser')) ? 'isolated' : 'open',
      secretFolders: saidIfAny('secretFolders')?.split(',') ?? [],
      concurrency: {
        polls: toCount('polls', said('polls')),
        drains: toCount('drains', said('drains')),
        parses: toCount('parses', said('parses')),
      },
      ...(alarmEmail === undefined ? {} : { alarmEmail }),
      ...(codeFolder === undefined ? {} : { codeFolder }),
      // The other mode is not for a command line.
      ...(objectLockDays === undefined
        ? {}
        : { objectLock: { mode: 'governance', days: toCount('objectLockDays', objectLockDays) } }),
    },
    chosen: (Object.keys(DEFAULTS) as Name[])
      .filter((name) => name !== 'config' && name !== 'stackName' && said(name) !== DEFAULTS[name])
      .map((name) => `${name}=${said(name)}`),
  };
}

/** One that is misspelt would be as if nothing had been said. */
function refuseUnknown(names: readonly string[]): void {
  const unknown = names.filter((name) => /^[\w-]+$/.test(name) && name !== CDKS_OWN && !(name in DEFAULTS));
  if (unknown.length === 0) return;
  throw notDeployable(
    `the context has ${unknown.join(', ')}, which means nothing here`,
    `allowed are ${Object.keys(DEFAULTS).join(', ')}; it comes from -c, cdk.context.json, cdk.json or ~/.cdk.json`,
  );
}

/** In a file it may be a number, or true. */
function toText(name: Name, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value.trim() : JSON.stringify(value);
  if (text !== '') return text;
  throw refused(name, text, 'a value is expected; leave it out for the default');
}

function toSwitch(name: Name, text: string): boolean {
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw refused(name, text, 'yes or no is allowed');
}

/** How large it may be is for the construct to say. */
function toCount(name: Name, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw refused(name, text, 'a whole number above 0 is allowed');
}

function refused(name: Name, text: string, allowed: string): Error {
  return notDeployable(`the context has ${name}=${text}`, allowed);
}
