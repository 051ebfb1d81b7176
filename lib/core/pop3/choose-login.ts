// Which ways to log in, strongest first, and why: a decision about what the server offers, made before a secret leaves.
// Never a password or token in clear text over an unprotected connection unless the account allows that in so many words.

import type { LoginMethod } from '../account.ts';
import type { Credential } from '../credential.ts';
import type { Capabilities } from './capabilities.ts';
import { refuse } from './no-login.ts';
import type { NoLogin } from './no-login.ts';

export interface LoginSituation {
  readonly credential: Credential['kind'];
  /** Of CAPA in the present state; `undefined` or empty: the server has no CAPA. */
  readonly capabilities: Capabilities | undefined;
  /** Of parseApopTimestamp, from a greeting that came under the protection there is now. */
  readonly apopTimestamp: string | undefined;
  /** TLS with a verified certificate. */
  readonly isProtected: boolean;
  /** The account says `tls: none`, which takes `insecure: true`. */
  readonly allowsClearText: boolean;
  /** The method the account names. */
  readonly wanted: LoginMethod | undefined;
  readonly canBindChannel: boolean;
  /** User name and password are both ASCII. */
  readonly isAscii: boolean;
  /** Of isPreparable: SCRAM has a form of both. */
  readonly isPreparable: boolean;
}

export interface LoginCandidate {
  readonly method: LoginMethod;
  /** For people: why it stands at this place. */
  readonly reason: string;
  /** SCRAM without -PLUS is to say that we could bind and the server does not offer it (RFC 5802 section 6). */
  readonly tellsOfBinding: boolean;
}

/** `candidates`: the first is to be used; a further one only where mayTryNext says so. */
export type LoginChoice = { readonly candidates: readonly [LoginCandidate, ...LoginCandidate[]] } | NoLogin;

const BOUND = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS'] as const;
const SCRAM = ['SCRAM-SHA-256', 'SCRAM-SHA-1'] as const;
const BEARER = ['OAUTHBEARER', 'XOAUTH2'] as const;

export function chooseLogin(situation: LoginSituation): LoginChoice {
  if (situation.wanted) return chooseNamed(situation.wanted, situation);
  const methods = situation.credential === 'password' ? passwordMethods(situation) : tokenMethods(situation);
  const [first, ...others] = methods.map((method) => candidate(method, situation));
  return first ? { candidates: [first, ...others] } : explainNothing(situation);
}

function passwordMethods(situation: LoginSituation): LoginMethod[] {
  if (!situation.isProtected) return unprotectedMethods(situation);
  return [...scramMethods(situation), ...clearTextMethods(situation)];
}

function scramMethods(situation: LoginSituation): LoginMethod[] {
  if (!situation.isPreparable) return [];
  const { canBindChannel, isProtected } = situation;
  return [...(canBindChannel && isProtected ? BOUND : []), ...SCRAM].filter((method) =>
    isOffered(method, situation),
  );
}

/** LOGIN is PLAIN in two steps and without a standard: only where PLAIN is not offered. */
function clearTextMethods(situation: LoginSituation): LoginMethod[] {
  const sasl = (['PLAIN', 'LOGIN'] as const).filter((method) => isOffered(method, situation)).slice(0, 1);
  return [...sasl, ...(isUserPossible(situation) ? (['USER'] as const) : [])];
}

/**
 * Never both kinds: whoever can change what passes by would only have to refuse the better one to see the password.
 * CRAM-MD5 counts here, for a digest in the open is better than a password; APOP does not: servers print a timestamp for
 * users who have no APOP password, and the refusal would count as a wrong one.
 */
function unprotectedMethods(situation: LoginSituation): LoginMethod[] {
  const { allowsClearText } = situation;
  const proofs: LoginMethod[] = [...scramMethods(situation)];
  if (allowsClearText && isOffered('CRAM-MD5', situation)) proofs.push('CRAM-MD5');
  if (proofs.length > 0) return proofs;
  return allowsClearText ? clearTextMethods(situation) : [];
}

/** Without CAPA XOAUTH2 is the likelier: it is the older, and the one that large providers began with. */
function tokenMethods(situation: LoginSituation): LoginMethod[] {
  if (!situation.isProtected && !situation.allowsClearText) return [];
  return hasCapa(situation) ? BEARER.filter((method) => isOffered(method, situation)) : ['XOAUTH2'];
}

/**
 * Every server of RFC 1939 has USER, so it is left out only where CAPA names other ways and not this one. Other than
 * ASCII goes over it where the server says that it may (RFC 6856 section 2.2), or the account names USER.
 */
function isUserPossible(situation: LoginSituation): boolean {
  const { capabilities, isAscii, isProtected } = situation;
  if (!isAscii && !capabilities?.get('UTF8')?.some((word) => word.toUpperCase() === 'USER')) return false;
  if (!hasCapa(situation) || capabilities?.has('USER')) return true;
  return isProtected ? mechanisms(situation).length === 0 : !capabilities?.has('SASL');
}

function chooseNamed(method: LoginMethod, situation: LoginSituation): LoginChoice {
  const { credential, isProtected, allowsClearText, canBindChannel, apopTimestamp, isPreparable } = situation;
  const isBearer = BEARER.some((bearer) => bearer === method);
  if (isBearer !== (credential === 'access-token')) {
    const [takes, has] = isBearer ? ['an access token', 'a password'] : ['a password', 'an access token'];
    return refuse('wrong-credential', `${method} takes ${takes}, and the account has ${has}`);
  }
  if (!isProtected && !allowsClearText && !isScram(method)) {
    return refuse(
      'needs-protection',
      `${method} would give the secret away, or most of it, on a connection without TLS`,
    );
  }
  if (method.endsWith('-PLUS') && !(isProtected && canBindChannel)) {
    return refuse('no-channel-binding', `${method} needs TLS and something of it to bind to, and has none`);
  }
  if (isScram(method) && !isPreparable) return refuse('characters', NO_FORM);
  if (method === 'APOP' && apopTimestamp === undefined) {
    return refuse('no-timestamp', 'the greeting has no timestamp that APOP could be safe with');
  }
  return { candidates: [candidate(method, situation)] };
}

const NO_FORM = 'SCRAM has no form of a character in the user name or the password (RFC 4013)';

function explainNothing(situation: LoginSituation): NoLogin {
  const { credential, isProtected, allowsClearText, isAscii, isPreparable } = situation;
  const offered = mechanisms(situation).join(' ') || 'none';
  if (!isProtected && (!allowsClearText || offered === 'none')) {
    return refuse('needs-protection', `without TLS there is no login here (mechanisms offered: ${offered})`);
  }
  if (credential === 'password' && !isAscii && isUserPossible({ ...situation, isAscii: true })) {
    return refuse(
      'characters',
      'only USER is left, and the server does not say that it takes other characters than ASCII',
    );
  }
  if (credential === 'password' && !isPreparable && SCRAM.some((method) => isOffered(method, situation))) {
    return refuse('characters', NO_FORM);
  }
  const what = credential === 'password' ? 'a password' : 'an access token';
  return refuse(
    'nothing-in-common',
    `no login for ${what} is chosen unasked (mechanisms offered: ${offered})`,
  );
}

function candidate(method: LoginMethod, situation: LoginSituation): LoginCandidate {
  const { canBindChannel, isProtected } = situation;
  const isUnbound = SCRAM.some((scram) => scram === method);
  const serverBinds = BOUND.some((bound) => isOffered(bound, situation));
  return {
    method,
    reason: explain(method, situation),
    tellsOfBinding: isUnbound && isProtected && canBindChannel && hasCapa(situation) && !serverBinds,
  };
}

function explain(method: LoginMethod, situation: LoginSituation): string {
  const { wanted, isProtected } = situation;
  if (wanted) {
    const isListed = method === 'APOP' || isNamed(method, situation);
    return `named by the account${isListed ? '' : ', though the server does not list it'}`;
  }
  if (!hasCapa(situation)) return 'the server has no CAPA to choose by';
  if (method.endsWith('-PLUS')) return 'offered: proves the password, and that nobody is in between';
  if (isScram(method)) return 'offered: proves the password without sending it';
  if (method === 'CRAM-MD5') return 'offered: a digest instead of the password, for there is no TLS';
  if (!isNamed(method, situation)) return 'the server names no login at all';
  return isProtected ? 'offered, and protected by TLS' : 'offered, and the account allows clear text';
}

function isScram(method: LoginMethod): boolean {
  return method.startsWith('SCRAM-');
}

function hasCapa({ capabilities }: LoginSituation): boolean {
  return capabilities !== undefined && capabilities.size > 0;
}

function isNamed(method: LoginMethod, situation: LoginSituation): boolean {
  return method === 'USER' ? Boolean(situation.capabilities?.has('USER')) : isOffered(method, situation);
}

function isOffered(mechanism: string, situation: LoginSituation): boolean {
  return mechanisms(situation).includes(mechanism);
}

function mechanisms({ capabilities }: LoginSituation): string[] {
  return capabilities?.get('SASL')?.map((name) => name.toUpperCase()) ?? [];
}
