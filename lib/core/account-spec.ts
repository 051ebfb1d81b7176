// An account as text, for storage that others read: JSON with a version, and the same text for the same account. What is not
// as this version writes it is refused, never guessed: a rule misread could delete mail. Pure.

import { ACCOUNT_ID_PATTERN } from './account.ts';
import type { Account, AccountId, DeletionPolicy, ImportLimits, TlsMode } from './account.ts';
import { fromAuth, fromSecretRef, toAuth, toSecretRef } from './auth-spec.ts';
import { MailferryError } from './errors.ts';
import type { Schedule } from './schedule.ts';
import { SpecFields, unreadable } from './spec-fields.ts';

/** Greater as soon as an older program could misread what a newer one wrote. */
const VERSION = 1;

/** @throws CONFIG_INVALID for an account with a `caFile`: where the text is read there are no files */
export function toSpec(account: Account): string {
  const { id, host, port, tls, caFile, caPem, allowPrivateNetwork, user, auth } = account;
  const { pins, clientCertificate, proxy, pipelining } = account;
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
    auth: fromAuth(auth),
    pins,
    clientCertificate: clientCertificate && {
      certificate: fromSecretRef(clientCertificate.certificate),
      key: fromSecretRef(clientCertificate.key),
    },
    proxy: proxy && { url: proxy.url, password: proxy.password && fromSecretRef(proxy.password) },
    pipelining,
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
  const fields = new SpecFields(parse(spec));
  const version = fields.number('version');
  if (version !== VERSION) throw unreadable(`it is of version ${version}, and this program reads version 1`);
  return Object.freeze({
    id: toId(fields.text('id')),
    host: fields.text('host'),
    port: fields.number('port'),
    tls: fields.oneOf<TlsMode>('tls', ['implicit', 'starttls', 'none']),
    caFile: undefined,
    caPem: fields.optionalText('caPem'),
    allowPrivateNetwork: fields.flag('allowPrivateNetwork'),
    user: fields.text('user'),
    auth: toAuth(fields.object('auth')),
    pins: fields.texts('pins'),
    clientCertificate: fields.optional('clientCertificate', (certificate) =>
      Object.freeze({
        certificate: toSecretRef(certificate.object('certificate')),
        key: toSecretRef(certificate.object('key')),
      }),
    ),
    proxy: fields.optional('proxy', (proxy) =>
      Object.freeze({ url: proxy.text('url'), password: proxy.optional('password', toSecretRef) }),
    ),
    pipelining: fields.oneOf('pipelining', ['auto', 'always', 'never'] as const),
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

function toPolicy(fields: SpecFields): DeletionPolicy {
  if (fields.isText('onServer')) return fields.oneOf('onServer', ['keep', 'delete'] as const);
  return Object.freeze({ deleteAfterDays: fields.object('onServer').number('deleteAfterDays') });
}

function toLimits(fields: SpecFields): ImportLimits {
  const cap = (name: string): number | undefined => (fields.isAbsent(name) ? undefined : fields.number(name));
  return Object.freeze({
    messageOctets: cap('messageOctets'),
    runMessages: cap('runMessages'),
    runOctets: cap('runOctets'),
    deletionsPerRun: fields.number('deletionsPerRun'),
  });
}

function toSchedule(fields: SpecFields): Schedule {
  if (fields.isAbsent('cron')) return Object.freeze({ everyMinutes: fields.number('everyMinutes') });
  return Object.freeze({ cron: fields.text('cron'), timezone: fields.text('timezone') });
}

function parse(spec: string): unknown {
  try {
    return JSON.parse(spec);
  } catch (error) {
    throw unreadable('it is no JSON', error);
  }
}

function hasFile(id: AccountId): MailferryError {
  return new MailferryError(`account ${id} names a caFile, and there are no files where it will be read`, {
    code: 'CONFIG_INVALID',
    scope: 'config',
    retryable: false,
    hint: 'give the certificates themselves, as PEM text',
  });
}
