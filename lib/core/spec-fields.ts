// The fields of a specification (core/account-spec.ts), each of the kind that is asked for, or an error that names it. Pure.

import { MailferryError } from './errors.ts';

export class SpecFields {
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

  optional<T>(name: string, to: (value: SpecFields) => T): T | undefined {
    return this.isAbsent(name) ? undefined : to(this.object(name));
  }

  optionalText(name: string): string | undefined {
    return this.isAbsent(name) ? undefined : this.text(name);
  }

  texts(name: string): readonly string[] {
    const value = this.#json[name];
    const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
    return isList ? Object.freeze(value) : wrong(name);
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

  object(name: string): SpecFields {
    const value = this.#json[name];
    return typeof value === 'object' && value !== null ? new SpecFields(value) : wrong(name);
  }
}

function wrong(name: string): never {
  throw unreadable(`its field ${name} is missing or not as it should be`);
}

/** What another version wrote, or nobody did. */
export function unreadable(detail: string, cause?: unknown): MailferryError {
  return new MailferryError(`the specification of an account cannot be read: ${detail}`, {
    code: 'LEDGER_FAILED',
    scope: 'account',
    retryable: false,
    hint: 'a later version of this program wrote it: run that one; or remove the account and apply it again, its mail stays known',
    cause,
  });
}
