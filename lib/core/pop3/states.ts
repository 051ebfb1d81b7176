// Which command a session may send when (RFC 1939 sections 3 to 6; RFC 2449, 2595, 5034 and 6856 for those they add). Pure.

import { MailferryError } from '../errors.ts';
import type { Keyword } from './command.ts';

/** `update` begins with QUIT's answer; `closed` with any end of the connection. */
export type SessionState = 'authorization' | 'transaction' | 'update' | 'closed';

const BOTH = ['authorization', 'transaction'] as const;
const BEFORE_LOGIN = ['authorization'] as const;
const AFTER_LOGIN = ['transaction'] as const;

const ALLOWED_IN: Readonly<Record<Keyword, readonly SessionState[]>> = {
  APOP: BEFORE_LOGIN,
  AUTH: BEFORE_LOGIN,
  CAPA: BOTH,
  DELE: AFTER_LOGIN,
  LANG: BOTH,
  LIST: AFTER_LOGIN,
  // QUIRK(dovecot): before login it counts as a bad command, and four of them end the connection.
  NOOP: AFTER_LOGIN,
  PASS: BEFORE_LOGIN,
  QUIT: BOTH,
  RETR: AFTER_LOGIN,
  RSET: AFTER_LOGIN,
  STAT: AFTER_LOGIN,
  STLS: BEFORE_LOGIN,
  TOP: AFTER_LOGIN,
  UIDL: AFTER_LOGIN,
  USER: BEFORE_LOGIN,
  UTF8: BEFORE_LOGIN,
};

/** @throws POP3_COMMAND_INVALID, before anything is sent */
export function assertAllowed(keyword: Keyword, state: SessionState): void {
  if (ALLOWED_IN[keyword].includes(state)) return;
  throw new MailferryError(
    `${keyword} is allowed in ${ALLOWED_IN[keyword].join(' and ')} state, and this session is in ${state} state`,
    { code: 'POP3_COMMAND_INVALID', scope: 'session', retryable: false },
  );
}
