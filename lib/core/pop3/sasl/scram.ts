// SCRAM-SHA-1 and -SHA-256 (RFC 5802, RFC 7677), with or without channel binding: each end proves that it knows the
// password, and neither shows it. Own code: the library that npm has for it (sasl-scram-sha-1) knows SHA-1 and no channel
// binding, takes any nonce and iteration count, and lets a login pass without the server's proof.

import { MailferryError } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import { outOfStep, unproven } from './broken-exchange.ts';
import { checkField, escapeName, unusable } from './login-field.ts';
import type { ChannelBinding, SaslExchange } from './sasl-exchange.ts';
import type { HashName, SaslTools } from './sasl-tools.ts';
import { parseServerFinal, parseServerFirst } from './scram-messages.ts';

export interface ScramLogin {
  readonly hash: 'sha1' | 'sha256';
  readonly user: string;
  readonly password: Secret;
  /** Fresh randomness of this login alone: 24 characters of base64 are plenty. */
  readonly nonce: string;
  /** With it this is the -PLUS form. `supported`: we could bind, and the server does not offer it (RFC 5802 section 6). */
  readonly binding: ChannelBinding | 'supported' | 'none';
  readonly tools: SaslTools;
}

const MECHANISMS = { sha1: 'SCRAM-SHA-1', sha256: 'SCRAM-SHA-256' } as const;
const NONCE = /^[\x21-\x2b\x2d-\x7e]{16,}$/;

/** @throws POP3_COMMAND_INVALID where SASLprep (RFC 4013) has no form of the user name or password */
export class ScramExchange implements SaslExchange {
  readonly mechanism: string;
  readonly initialResponse: Uint8Array;
  readonly tokenRefusal = undefined;
  readonly #tools: SaslTools;
  readonly #hash: HashName;
  readonly #password: Uint8Array;
  readonly #nonce: string;
  /** The value of `c=`: our first words again, and the channel. */
  readonly #channel: string;
  readonly #firstBare: string;
  #awaits: 'server-first' | 'server-final' | 'nothing' = 'server-first';
  #serverSignature: Uint8Array | undefined;

  constructor({ hash, user, password, nonce, binding, tools }: ScramLogin) {
    const isBound = typeof binding === 'object';
    this.mechanism = isBound ? `${MECHANISMS[hash]}-PLUS` : MECHANISMS[hash];
    if (!NONCE.test(nonce))
      throw unusable(`${this.mechanism} needs a nonce of 16 visible characters or more`);
    const header = isBound ? `p=${binding.type},,` : binding === 'supported' ? 'y,,' : 'n,,';
    const channel = [Buffer.from(header, 'latin1'), ...(isBound ? [binding.data] : [])];
    this.#channel = Buffer.concat(channel).toString('base64');
    this.#firstBare = `n=${escapeName(this.#prepare(tools, 'user name', user))},r=${nonce}`;
    this.#password = Buffer.from(this.#prepare(tools, 'password', password.reveal()), 'utf8');
    this.#tools = tools;
    this.#hash = hash;
    this.#nonce = nonce;
    this.initialResponse = Buffer.from(`${header}${this.#firstBare}`, 'utf8');
  }

  get isSecretSpent(): boolean {
    return this.#awaits !== 'server-first';
  }

  respond(challenge: Uint8Array): Uint8Array {
    if (this.#awaits === 'server-first') return this.#prove(challenge);
    if (this.#awaits === 'server-final') return this.#verify(challenge);
    throw outOfStep(this.mechanism, 'the server goes on after its last message');
  }

  finish(): void {
    if (this.#awaits === 'nothing') return;
    throw unproven(this.mechanism, '+OK came before the server proved that it knows the password');
  }

  #prepare(tools: SaslTools, name: 'user name' | 'password', value: string): string {
    checkField(this.mechanism, name, value);
    const prepared = prepare(tools, value, name === 'password' ? 'stored' : 'query');
    if (prepared) return checkField(this.mechanism, name, prepared);
    throw unusable(`the ${name} contains characters that ${this.mechanism} has no form of (RFC 4013)`);
  }

  #prove(challenge: Uint8Array): Uint8Array {
    const { nonce, salt, iterations } = parseServerFirst(this.mechanism, challenge, this.#nonce);
    const salted = this.#tools.pbkdf2(this.#hash, this.#password, salt, iterations);
    const withoutProof = `c=${this.#channel},r=${nonce}`;
    const said = Buffer.concat([
      Buffer.from(`${this.#firstBare},`, 'utf8'),
      challenge,
      Buffer.from(`,${withoutProof}`, 'latin1'),
    ]);
    const clientKey = this.#hmac(salted, Buffer.from('Client Key'));
    const signature = this.#hmac(this.#tools.hash(this.#hash, clientKey), said);
    this.#serverSignature = this.#hmac(this.#hmac(salted, Buffer.from('Server Key')), said);
    this.#awaits = 'server-final';
    const proof = Buffer.from(clientKey.map((octet, i) => octet ^ (signature[i] ?? 0)));
    return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`, 'latin1');
  }

  #verify(challenge: Uint8Array): Uint8Array {
    const last = parseServerFinal(this.mechanism, challenge);
    if ('error' in last) throw serverError(this.mechanism, last.error);
    if (!this.#serverSignature || !isEqual(last.signature, this.#serverSignature)) {
      throw unproven(this.mechanism, 'the server does not prove that it knows the password');
    }
    this.#awaits = 'nothing';
    return new Uint8Array(0);
  }

  #hmac(key: Uint8Array, octets: Uint8Array): Uint8Array {
    return this.#tools.hmac(this.#hash, key, octets);
  }
}

/** Whether SASLprep has a form of both: where not, SCRAM is out of the question. */
export function isPreparable(tools: SaslTools, user: string, password: Secret): boolean {
  return Boolean(prepare(tools, user, 'query')) && Boolean(prepare(tools, password.reveal(), 'stored'));
}

/** Printable ASCII is its own prepared form, and needs no tables. */
function prepare(tools: SaslTools, text: string, as: 'query' | 'stored'): string | undefined {
  return /^[\x20-\x7e]*$/.test(text) ? text : tools.saslprep(text, as);
}

function serverError(mechanism: string, error: string): MailferryError {
  const isOurs = error === 'invalid-proof' || error === 'unknown-user';
  if (!isOurs) return outOfStep(mechanism, `the server ends the login with: ${error}`);
  return new MailferryError(`${mechanism} was refused: ${error}`, {
    code: 'POP3_AUTH_FAILED',
    scope: 'account',
    retryable: false,
    hint: 'check user and auth.password of this account',
  });
}

/** In a time that does not tell where they differ. */
function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  return one.reduce((difference, octet, i) => difference | (octet ^ (other[i] ?? 0)), 0) === 0;
}
