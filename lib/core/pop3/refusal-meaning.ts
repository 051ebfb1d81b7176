// What a server means by refusing a login, from its response code (RFC 2449 section 8, RFC 3206) or else its words.

import type { Capabilities } from './capabilities.ts';
import type { Reply } from './reply.ts';

/**
 * `busy` the maildrop is in use, or the server is for a moment · `too-soon` LOGIN-DELAY · `capped` a limit of the provider
 * · `server-trouble` something of the server's own · `needs-a-person` trouble that does not pass by itself · `needs-tls` no
 * secrets in clear text here · `suspended` the account is locked or switched off · `credential` the password or token ·
 * `unknown` it could be that or anything
 */
export type RefusalMeaning =
  | 'busy'
  | 'too-soon'
  | 'capped'
  | 'server-trouble'
  | 'needs-a-person'
  | 'needs-tls'
  | 'suspended'
  | 'credential'
  | 'unknown';

/** @param capabilities of CAPA before the login, if there was one */
export function meaningOf(reply: Reply, capabilities?: Capabilities): RefusalMeaning {
  const { responseCode, text } = reply;
  const [code, detail] = responseCode?.split('/') ?? [];
  // Levels that are not known are to be ignored (RFC 2449 section 8).
  if (code === 'IN-USE') return CAP.test(text) ? 'capped' : 'busy';
  if (code === 'LOGIN-DELAY') return 'too-soon';
  if (code === 'SYS') return detail === 'PERM' ? 'needs-a-person' : 'busy';
  if (code === 'AUTH') {
    return NEEDS_TLS.test(text) ? 'needs-tls' : isSuspended(text) ? 'suspended' : 'credential';
  }
  return meaningOfWords(text, capabilities?.has('AUTH-RESP-CODE') ?? false);
}

/** QUIRK(dovecot): it says [AUTH] for this too. */
const NEEDS_TLS =
  /(disallowed|not allowed|not permitted|require|must|only|until).*\b(ssl|tls|secure|encrypt)/i;
const CAP = /\b(maximum|quota|bandwidth|limit|exceed)/i;

const SECRET = 'pass ?(word|phrase|wd|code)?|credentials?|log ?(in|on)|user ?(name|id)?|account';
/** Said of the secret so plainly that "please try again" behind it changes nothing. */
const WRONG_SECRET = new RegExp(
  `\\b(wrong|bad|invalid|incorrect|unknown)\\b[^.:;]{0,20}\\b(${SECRET})\\b|` +
    `\\b(${SECRET})\\b[^.:;]{0,30}\\b(wrong|bad|invalid|incorrect|mismatch|unknown|not (accepted|correct|valid|match))`,
  'i',
);
const SWITCHED_OFF =
  /\b(account|user|mailbox|login)\b[^.:;]{0,30}\b(disabled|suspended|inactive|not active|not enabled|expired)|account_suspended/i;
const LOCKED_OUT = /\b(account|user|login)\b[^.:;]{0,30}\b(locked|blocked)|\block(ed)? ?out/i;
/** These are locked while another session has them. */
const MAILDROP = /\b(maildrop|mail ?box|mail ?drop|spool|session|in use)\b/i;

function isSuspended(text: string): boolean {
  return SWITCHED_OFF.test(text) || (LOCKED_OUT.test(text) && !MAILDROP.test(text));
}

/** Servers without response codes say it in words (RFC 2449 section 8 knows that clients look for them). */
const TRANSIENT = /\b(lock(ed)?|in use|wait|try again|unavailable|too many|temporar|busy)/i;

/** Seen of servers with a mailbox or a backend out of order, as the answer to a right password. */
const TROUBLE =
  /\b(internal|server error|system error|(could|can) ?not (connect|open|read|access)|unable to (connect|open|read|access)|connection refused|not? (enough )?memory|out of memory|damaged|corrupt|fatal|backend|time(d|-)? ?out|database|disk|i\/o|ldap|maintenance|overload|shutting down|not responding|authenticated but not connected)/i;

/** About the one who logs in, in the languages that were seen. */
const OF_THE_SECRET =
  /pass ?(word|phrase|wd|code)?\b|authenti|auth fail|credential|log ?(in|on|ged)\b|sign ?in|\buser|account|authori[sz]|access denied|permission|kennwort|passwort|anmeld|mot de passe|contrase|senha|identifi/i;

function meaningOfWords(text: string, codesCredentials: boolean): RefusalMeaning {
  if (NEEDS_TLS.test(text)) return 'needs-tls';
  if (isSuspended(text)) return 'suspended';
  if (WRONG_SECRET.test(text)) return 'credential';
  if (CAP.test(text)) return 'capped';
  if (TRANSIENT.test(text)) return 'busy';
  if (TROUBLE.test(text)) return 'server-trouble';
  if (OF_THE_SECRET.test(text)) return 'credential';
  // RFC 3206 section 6: a server that announces AUTH-RESP-CODE has a code for credentials, and this is not it.
  if (codesCredentials) return 'server-trouble';
  return text === '' ? 'credential' : 'unknown';
}
