// What the rows of a CAPA answer come to (RFC 2449 section 6, RFC 2595, RFC 5034, RFC 6856). Pure.

import type { Capabilities } from './capabilities.ts';

/** In which state the list was asked for decides what counts: after login STLS, USER and SASL mean nothing. */
export interface ServerFacts {
  readonly hasPipelining: boolean;
  /** Many servers have it and do not say so. */
  readonly announcesUidl: boolean;
  readonly announcesTop: boolean;
  readonly hasStls: boolean;
  readonly hasUser: boolean;
  /** Upper case, as offered, each once. */
  readonly saslMechanisms: readonly string[];
  /** Refused logins say [AUTH] when it was the credentials (RFC 3206). */
  readonly hasAuthRespCode: boolean;
  /** Days the server keeps a message at least; 0: it may delete what was retrieved; `never`: no limit; `undefined`: unsaid. */
  readonly expire: number | 'never' | undefined;
  /** Seconds from one login to the next. */
  readonly loginDelaySeconds: number | undefined;
  readonly hasUtf8: boolean;
  readonly hasLang: boolean;
  /** For people only: nothing may depend on it (RFC 2449 section 6.9). */
  readonly implementation: string | undefined;
}

export function toServerFacts(capabilities: Capabilities): ServerFacts {
  return {
    hasPipelining: capabilities.has('PIPELINING'),
    announcesUidl: capabilities.has('UIDL'),
    announcesTop: capabilities.has('TOP'),
    hasStls: capabilities.has('STLS'),
    hasUser: capabilities.has('USER'),
    saslMechanisms: [...new Set(capabilities.get('SASL')?.map((name) => name.toUpperCase()))],
    hasAuthRespCode: capabilities.has('AUTH-RESP-CODE'),
    expire: toExpire(capabilities.get('EXPIRE')?.[0]),
    loginDelaySeconds: toCount(capabilities.get('LOGIN-DELAY')?.[0]),
    hasUtf8: capabilities.has('UTF8'),
    hasLang: capabilities.has('LANG'),
    implementation: capabilities.get('IMPLEMENTATION')?.join(' '),
  };
}

function toExpire(parameter: string | undefined): number | 'never' | undefined {
  return parameter?.toUpperCase() === 'NEVER' ? 'never' : toCount(parameter);
}

function toCount(parameter: string | undefined): number | undefined {
  return parameter !== undefined && /^\d{1,9}$/.test(parameter) ? Number(parameter) : undefined;
}
