// What becomes of a refused login: an error that stops the account, or one that only ends the session, and for how long.

import type { Credential } from '../credential.ts';
import { MailferryError } from '../errors.ts';
import type { ErrorDetails } from '../errors.ts';
import type { Capabilities } from './capabilities.ts';
import { meaningOf } from './refusal-meaning.ts';
import type { RefusalMeaning } from './refusal-meaning.ts';
import type { Reply } from './reply.ts';
import type { TokenRefusal } from './sasl/sasl-exchange.ts';
import { isMendedByNewToken } from './sasl/token-refusal.ts';

/** What is known besides the answer itself; nothing of it has to be. */
export interface LoginContext {
  /** Before the login. */
  readonly capabilities?: Capabilities | undefined;
  /** Default: a password. */
  readonly credential?: Credential['kind'];
  /** Of the exchange. */
  readonly tokenRefusal?: TokenRefusal | undefined;
  /** What of the answer people may see; default: its text. */
  readonly shown?: string;
}

export class LoginError extends MailferryError {
  readonly meaning: RefusalMeaning;
  /** Not to be tried again before, in milliseconds: to be taken together with the back-off of failures in a row. */
  declare readonly retryAfterMs: number;
  /** Get another token and try once more, in another session; if that is refused too, give up. */
  readonly renewsToken: boolean;

  constructor(
    message: string,
    details: ErrorDetails & Pick<LoginError, 'meaning' | 'retryAfterMs' | 'renewsToken'>,
  ) {
    super(message, details);
    this.meaning = details.meaning;
    this.renewsToken = details.renewsToken;
  }
}

/**
 * @param command `USER`, `PASS`, `APOP`, or `AUTH` with its mechanism
 * @param reply without anything of the secret, should the server repeat it
 */
export function loginError(command: string, reply: Reply, context: LoginContext = {}): LoginError {
  const { tokenRefusal, capabilities } = context;
  const said = tokenRefusal ? ` (the token: ${tokenRefusal.status})` : '';
  const meaning = tokenRefusal ? 'credential' : meaningOf(reply, capabilities);
  const isToken = context.credential === 'access-token' && meaning === 'credential';
  return new LoginError(`${command} was refused: "${context.shown ?? reply.text}"${said}`, {
    ...VERDICTS[meaning],
    ...(isToken ? { hint: TOKEN_HINT } : {}),
    ...(meaning === 'too-soon' ? { retryAfterMs: loginDelayMs(capabilities) } : {}),
    meaning,
    renewsToken: isToken && (tokenRefusal === undefined || isMendedByNewToken(tokenRefusal)),
  });
}

/**
 * The connection ended in the middle of a login. RFC 1939 section 4 lets a server close it after a refusal, and some do
 * so without a word: if the secret was out, that counts as a refusal of it, or a wrong password would be sent for ever.
 */
export function loginCutOff(command: string, isSecretSpent: boolean, cause: unknown): LoginError {
  const shared = { cause, renewsToken: false } as const;
  if (!isSecretSpent) {
    return new LoginError(`the connection ended at ${command}, before the secret was sent`, {
      ...VERDICTS.busy,
      ...shared,
      code: 'POP3_CONNECTION_LOST',
      hint: 'the server may be restarting or refuse connections just now: run again in a few minutes',
      meaning: 'server-trouble',
    });
  }
  return new LoginError(`the connection ended where the answer to ${command} was due`, {
    ...VERDICTS.credential,
    ...shared,
    hint: 'some servers refuse a password in this way; check user and secret of this account if it goes on',
    meaning: 'unknown',
  });
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

type Verdict = Pick<ErrorDetails, 'code' | 'scope' | 'retryable' | 'hint'> & {
  readonly retryAfterMs: number;
};

const BUSY = { code: 'POP3_MAILDROP_BUSY', scope: 'session', retryable: true } as const;
const TROUBLE = { code: 'POP3_UNAVAILABLE', scope: 'session', retryable: true } as const;
const REFUSED = { code: 'POP3_AUTH_FAILED', scope: 'account', retryable: false } as const;

const VERDICTS: Readonly<Record<RefusalMeaning, Verdict>> = {
  busy: {
    ...BUSY,
    hint: 'the mailbox is in use or the server is busy: run again in a few minutes',
    retryAfterMs: MINUTE_MS,
  },
  'too-soon': {
    ...BUSY,
    hint: 'the server wants more time between two logins: let the schedule leave more',
    retryAfterMs: 15 * MINUTE_MS,
  },
  capped: {
    ...BUSY,
    hint: 'a limit of the provider is reached: run again in some hours, or set limits for this account',
    retryAfterMs: HOUR_MS,
  },
  'server-trouble': {
    ...TROUBLE,
    hint: 'the server has a problem of its own: if it goes on, show its words to whoever runs it',
    retryAfterMs: 5 * MINUTE_MS,
  },
  unknown: {
    ...TROUBLE,
    hint: 'the server does not say whether this is about the password: if it goes on, check user and auth.password',
    retryAfterMs: 15 * MINUTE_MS,
  },
  'needs-a-person': {
    code: 'POP3_UNAVAILABLE',
    scope: 'account',
    retryable: false,
    hint: 'the server says that this does not pass by itself: read its words; POP3 may be switched off for this user',
    retryAfterMs: 6 * HOUR_MS,
  },
  'needs-tls': {
    ...REFUSED,
    hint: 'the server takes no login without TLS: use "tls: implicit" or "tls: starttls"',
    retryAfterMs: HOUR_MS,
  },
  suspended: {
    ...REFUSED,
    hint: 'the account is locked or switched off at the provider: log in there, and see what it asks for',
    retryAfterMs: HOUR_MS,
  },
  credential: {
    ...REFUSED,
    hint: 'check user and auth.password of this account; some providers want an app password or have POP3 switched off',
    retryAfterMs: HOUR_MS,
  },
};

const TOKEN_HINT =
  'run "mailferry login" for this account again; check user, and that the scope of auth.oauth2 allows POP3';

const LONGEST_LOGIN_DELAY_MS = 24 * HOUR_MS;

/** RFC 2449 section 6.5: the least number of seconds between two logins. */
function loginDelayMs(capabilities: Capabilities | undefined): number {
  const seconds = capabilities?.get('LOGIN-DELAY')?.[0];
  if (seconds === undefined || !/^[1-9]\d*$/.test(seconds)) return VERDICTS['too-soon'].retryAfterMs;
  return Math.min(Number(seconds) * 1000, LONGEST_LOGIN_DELAY_MS);
}
