// The Secrets port over Secrets Manager and SSM. What was read is remembered for a while, so that thousands of polls cost one
// call; a value that a server refused is read anew. Never shows a value, nor which keys a secret has.

import type { SecretRef } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { splitSecretsManagerLocator } from '../core/secret-locator.ts';
import { Secret } from '../core/secret.ts';
import type { Secrets } from '../ports/access.ts';
import { AwsSecretClients } from './aws-secret-clients.ts';
import type { AwsSecretOptions } from './aws-secret-clients.ts';
import { awsSecretError, unusableSecret } from './aws-secret-errors.ts';
import { AwsSecretReader } from './aws-secret-reader.ts';
import type { SecretText } from './aws-secret-reader.ts';
import { AwsSecretWriter } from './aws-secret-writer.ts';
import { parseSecretObject, withMember } from './secret-object.ts';
import { AWS_SECRETS, secretUnavailable, withLineEndKept, withoutLineEnd } from './secret-unavailable.ts';
import { SharedReadings } from './shared-readings.ts';

export interface AwsSecretsOptions extends AwsSecretOptions {
  /** What was read is not read again before it is so old. Default: an hour. */
  readonly maxAgeMs?: number;
  /** Epoch milliseconds. Default: the machine's clock. */
  readonly now?: () => number;
}

const DEFAULT_MAX_AGE_MS = 60 * 60 * 1000;

/**
 * Who asks for another value so soon after one has changed was perhaps given the one before, and is refused with it only now:
 * a log-in takes a minute or two. At worst the new value is tried twice.
 */
const NEWS_MS = 5 * 60 * 1000;

const NO_OBJECT = 'it is no JSON object, and a key of one is asked for';

interface Given {
  readonly value: Secret;
  /** When it was first seen to be another one than before; `undefined` if there was none before. */
  readonly changedAt: number | undefined;
}

export class AwsSecrets implements Secrets, Disposable {
  readonly #clients: AwsSecretClients;
  readonly #reader: AwsSecretReader;
  readonly #writer: AwsSecretWriter;
  readonly #now: () => number;
  /** By the name of the source: a secret with many JSON keys is read once for all of them. */
  readonly #texts: SharedReadings<SecretText>;
  /** By reference: what was given last. */
  readonly #given = new Map<string, Given>();

  constructor({ maxAgeMs = DEFAULT_MAX_AGE_MS, now = Date.now, ...options }: AwsSecretsOptions = {}) {
    this.#clients = new AwsSecretClients(options);
    this.#reader = new AwsSecretReader(this.#clients);
    this.#writer = new AwsSecretWriter(this.#clients);
    this.#now = now;
    this.#texts = new SharedReadings({ maxAgeMs, now });
  }

  /** Those that ask for one secret at the same time share one call, whatever JSON keys they want. */
  async get(ref: SecretRef): Promise<Secret> {
    const source = sourceOf(ref);
    const reading = this.#texts.get(source.name, async () => await this.#read(source));
    return (await this.#give(ref, source, reading)).value;
  }

  async renew(ref: SecretRef): Promise<Secret | undefined> {
    const source = sourceOf(ref);
    const wasGiven = this.#given.has(nameOf(ref));
    const reading = this.#texts.readAnew(source.name, async () => await this.#read(source));
    const { value, changedAt } = await this.#give(ref, source, reading);
    const isNews = changedAt !== undefined && Math.abs(this.#now() - changedAt) < NEWS_MS;
    return isNews || !wasGiven ? value : undefined;
  }

  /** The secret or the parameter has to be there. Another key of the same JSON object is never touched. */
  async put(ref: SecretRef, value: Secret): Promise<'kept'> {
    const source = sourceOf(ref);
    try {
      await this.#write(ref, source, withLineEndKept(value.reveal()));
    } catch (error) {
      throw error instanceof MailferryError ? error : awsSecretError(ref, error, 'written');
    } finally {
      this.#texts.forget(source.name);
    }
    this.#given.set(nameOf(ref), { value, changedAt: undefined });
    return 'kept';
  }

  [Symbol.dispose](): void {
    this.#clients[Symbol.dispose]();
  }

  async #write(ref: SecretRef, { store, id, jsonKey }: Source, value: string): Promise<void> {
    if (store === 'ssm') return await this.#writer.writeParameter(id, value);
    if (jsonKey === undefined) return await this.#writer.writeSecret(id, value);
    await this.#writer.changeSecret(id, (text) => {
      const object = text === undefined ? undefined : parseSecretObject(text);
      if (object === undefined) throw unusableSecret(ref, NO_OBJECT, 'written');
      return object[jsonKey] === value ? undefined : withMember(object, jsonKey, value);
    });
  }

  async #read({ store, id }: Source): Promise<SecretText> {
    return await (store === 'ssm' ? this.#reader.readParameter(id) : this.#reader.readSecret(id));
  }

  async #give(ref: SecretRef, source: Source, reading: Promise<SecretText>): Promise<Given> {
    const value = pick(ref, source, await textOf(ref, reading));
    const before = this.#given.get(nameOf(ref));
    if (before?.value.reveal() === value) return before;
    const given = { value: new Secret(value), changedAt: before && this.#now() };
    this.#given.set(nameOf(ref), given);
    return given;
  }
}

/** What is read as one: with all its JSON keys. */
interface Source {
  readonly store: 'secretsmanager' | 'ssm';
  readonly id: string;
  readonly jsonKey: string | undefined;
  /** Of the store and the id. */
  readonly name: string;
}

function sourceOf(ref: SecretRef): Source {
  const { store, locator } = ref;
  switch (store) {
    case 'secretsmanager': {
      const { id, jsonKey } = splitSecretsManagerLocator(locator);
      return { store, id, jsonKey, name: `${store}:${id}` };
    }
    case 'ssm':
      return { store, id: locator, jsonKey: undefined, name: nameOf(ref) };
    case 'env':
    case 'file':
    case 'command':
      throw secretUnavailable(ref, {
        why: 'AWS has no such store',
        hint: AWS_SECRETS,
        retryable: false,
      });
  }
}

function nameOf({ store, locator }: SecretRef): string {
  return `${store}:${locator}`;
}

async function textOf(ref: SecretRef, reading: Promise<SecretText>): Promise<string> {
  let text: SecretText;
  try {
    text = await reading;
  } catch (error) {
    throw awsSecretError(ref, error);
  }
  if (text === 'binary') throw unusableSecret(ref, 'it is binary, and a text is needed');
  return text.reveal();
}

function pick(ref: SecretRef, { jsonKey }: Source, text: string): string {
  const picked = withoutLineEnd(jsonKey === undefined ? text : memberOf(ref, text, jsonKey));
  if (picked === '') throw unusableSecret(ref, 'it is empty');
  return picked;
}

function memberOf(ref: SecretRef, text: string, key: string): string {
  const json = parseSecretObject(text);
  if (json === undefined) throw unusableSecret(ref, NO_OBJECT);
  if (!Object.hasOwn(json, key)) throw unusableSecret(ref, 'its JSON object has no such key');
  const member = json[key];
  if (typeof member !== 'string') throw unusableSecret(ref, 'what is under this key is not a text');
  return member;
}
