// An account as text, for storage that others read: JSON with a version, and the same text for the same account. What is not
// as this version writes it is refused, never guessed: a rule misread could delete mail. Pure.

import { ACCOUNT_ID_PATTERN } from './account.ts';
import type { Account, AccountId, DeletionPolicy, ImportLimits, SecretRef, TlsMode } from './account.ts';
import { MailferryError } from './errors.ts';
import type { Schedule } from './schedule.ts';

/** Greater as soon as an older program could misread what a newer one wrote. */
const VERSION = 1;

/** @throws CONFIG_INVALID for an account with a `caFile`: where the text is read there are no files */
export function toSpec(account: Account): string {
  const { id, host, port, tls, caFile, caPem, allowPrivateNetwork, user, password } = account;
  const { onServer, pauseDeletions, limits, schedule, paused } = account;
  if (caFile !== undefined) throw hasFile(id);
  const { messageOctets, runMessages, runOctets, deletionsPerRun } = limits;
  return JSON.stringify({
    version: VERSION,
    id,
    host,
    port,
    tls,
    caPem,
    allowPrivateNetwork,
    user,
    password: { store: password.store, locator: password.locator },
    onServer: typeof onServer === 'string' ? onServer : { deleteAfterDays: onServer.deleteAfterDays },
    pauseDeletions,
    limits: { messageOctets, runMessages, runOctets, deletionsPerRun },
    schedule:
      'cron' in schedule
        ? { cron: schedule.cron, timezone: schedule.timezone }
        : { everyMinutes: schedule.everyMinutes },
    paused,
  });
}

/** @throws LEDGER_FAILED, not retryable, for what another version wrote or nobody did */
export function fromSpec(spec: string): Account {
  const fields = new Fields(parse(spec));
  const version = fields.number('version');
  if (version !== VERSION) throw unreadable(`it is of version ${version}, and this program reads version 1`);
  return Object.freeze({
    id: toId(fields.text('id')),
    host: fields.text('host'),
    port: fields.number('port'),
    tls: fields.oneOf<TlsMode>('tls', ['implicit', 'starttls', 'none']),
    caFile: undefined,
    caPem: fields.isAbsent('caPem') ? undefined : fields.text('caPem'),
    allowPrivateNetwork: fields.flag('allowPrivateNetwork'),
    user: fields.text('user'),
    password: toSecretRef(fields.object('password')),
    onServer: toPolicy(fields),
    pauseDeletions: fields.flag('pauseDeletions'),
    limits: toLimits(fields.object('limits')),
    schedule: toSchedule(fields.object('schedule')),
    paused: fields.flag('paused'),
  });
}

function toId(id: string): AccountId {
  if (!ACCOUNT_ID_PATTERN.test(id)) throw unreadable('its id is none');
  return id as AccountId;
}

function toSecretRef(fields: Fields): SecretRef {
  const stores = ['env', 'file', 'command', 'secretsmanager', 'ssm'] as const;
  return Object.freeze({ store: fields.oneOf('store', stores), locator: fields.text('locator') });
}

function toPolicy(fields: Fields): DeletionPolicy {
  if (fields.isText('onServer')) return fields.oneOf('onServer', ['keep', 'delete'] as const);
  return Object.freeze({ deleteAfterDays: fields.object('onServer').number('deleteAfterDays') });
}

function toLimits(fields: Fields): ImportLimits {
  const cap = (name: string): number | undefined => (fields.isAbsent(name) ? undefined : fields.number(name));
  return Object.freeze({
    messageOctets: cap('messageOctets'),
    runMessages: cap('runMessages'),
    runOctets: cap('runOctets'),
    deletionsPerRun: fields.number('deletionsPerRun'),
  });
}

function toSchedule(fields: Fields): Schedule {
  if (fields.isAbsent('cron')) return Object.freeze({ everyMinutes: fields.number('everyMinutes') });
  return Object.freeze({ cron: fields.text('cron'), timezone: fields.text('timezone') });
}

/** The fields of a JSON object, each of the kind that is asked for, or an error that names it. */
class Fields {
  readonly #json: Readonly<Record<string, unknown>>;

  constructor(json: unknown) {
    if (typeof json !== 'object' || json === null || Array.isArray(json))
      throw unreadable('it is no JSON object');
    this.#json = json as Record<string, unknown>;
  }

  isAbsent(name: string): boolean {
    return this.#json[name] === undefined;
  }

  isText(name: string): boolean {
    return typeof this.#json[name] === 'string';
  }

  text(name: string): string {
    const value = this.#json[name];
    return typeof value === 'string' ? value : wrong(name);
  }

  number(name: string): number {
    const value = this.#json[name];
    return typeof value === 'number' ? value : wrong(name);
  }

  flag(name: string): boolean {
    const value = this.#json[name];
    return typeof value === 'boolean' ? value : wrong(name);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    return allowed.find((value) => value === this.#json[name]) ?? wrong(name);
  }

  object(name: string): Fields {
    const value = this.#json[name];
    return typeof value === 'object' && value !== null ? new Fields(value) : wrong(name);
  }
}

function parse(spec: string): unknown {
  try {
    return JSON.parse(spec);
  } catch (error) {
    throw unreadable('it is no JSON', error);
  }
}

function wrong(name: string): never {
  throw unreadable(`its field ${name} is missing or not as it should be`);
}

function unreadable(detail: string, cause?: unknown): MailferryError {
  return new MailferryError(`the specification of an account cannot be read: ${detail}`, {
    code: 'LEDGER_FAILED',
    scope: 'account',
    retryable: false,
    hint: 'a later version of this program wrote it: run that one; or remove the account and apply it again, its mail stays known',
    cause,
  });
}

function hasFile(id: AccountId): MailferryError {
  return new MailferryError(`account ${id} names a caFile, and there are no files where it will be read`, {
    code: 'CONFIG_INVALID',
    scope: 'config',
    retryable: false,
    hint: 'give the certificates themselves, as PEM text',
  });
}
