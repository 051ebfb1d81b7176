// What a SCRAM server says (RFC 5802 section 7), read strictly: whoever sends it may be nobody we know.

import { outOfStep, unproven } from './broken-exchange.ts';

/** RFC 7677 section 4 and RFC 5802 section 5.1. Stops: a false server that makes the proof cheap to guess from. */
export const MIN_SCRAM_ITERATIONS = 4096;

/** Stops: a server that burns our processor; a million take well under a second. */
export const MAX_SCRAM_ITERATIONS = 1_000_000;

export interface ServerFirst {
  /** Ours and the server's part of it. */
  readonly nonce: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** A nonce may hold any visible ASCII but the comma, `=` and quotes too. QUIRK(dovecot): it does. */
const SERVER_FIRST = /^r=([\x21-\x2b\x2d-\x7e]+),s=([^,]*),i=([^,]*)(?:,|$)/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** @throws POP3_PROTOCOL (scope account where the server's safety is in doubt) */
export function parseServerFirst(mechanism: string, challenge: Uint8Array, clientNonce: string): ServerFirst {
  const text = Buffer.from(challenge).toString('latin1');
  if (text.startsWith('m=')) throw outOfStep(mechanism, 'the server demands an extension that is not known');
  const [, nonce, salt, iterations] = SERVER_FIRST.exec(text) ?? [];
  if (nonce === undefined || !salt || !BASE64.test(salt) || !/^[1-9]\d{0,9}$/.test(iterations ?? '')) {
    throw outOfStep(mechanism, 'the first message of the server is not of the form r=...,s=...,i=...');
  }
  if (!nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) {
    throw unproven(mechanism, "the server's nonce does not begin with ours and go on");
  }
  return {
    nonce,
    salt: Buffer.from(salt, 'base64'),
    iterations: checkIterations(mechanism, Number(iterations)),
  };
}

function checkIterations(mechanism: string, iterations: number): number {
  if (iterations >= MIN_SCRAM_ITERATIONS && iterations <= MAX_SCRAM_ITERATIONS) return iterations;
  // Not the number: a false server could put a password of digits there.
  const verdict = iterations < MIN_SCRAM_ITERATIONS ? 'few' : 'many';
  throw unproven(
    mechanism,
    `the server asks for too ${verdict} iterations; ${MIN_SCRAM_ITERATIONS} to ${MAX_SCRAM_ITERATIONS} are allowed`,
  );
}

/** The errors of RFC 5802 section 7 (server-error-value). Any other could be anything, and is not repeated. */
const SERVER_ERRORS = [
  'invalid-encoding',
  'extensions-not-supported',
  'invalid-proof',
  'channel-bindings-dont-match',
  'server-does-support-channel-binding',
  'channel-binding-not-supported',
  'unsupported-channel-binding-type',
  'unknown-user',
  'invalid-username-encoding',
  'no-resources',
  'other-error',
];

/** The server's proof, or the name of its error. @throws POP3_PROTOCOL */
export function parseServerFinal(
  mechanism: string,
  challenge: Uint8Array,
): { readonly signature: Uint8Array } | { readonly error: string } {
  const [, key, value = ''] = /^([ev])=([^,]*)(?:,|$)/.exec(Buffer.from(challenge).toString('latin1')) ?? [];
  if (key === 'e') return { error: SERVER_ERRORS.includes(value) ? value : 'an unknown error' };
  if (key === 'v' && value && BASE64.test(value)) return { signature: Buffer.from(value, 'base64') };
  throw outOfStep(mechanism, 'the last message of the server is neither v=... nor e=...');
}
