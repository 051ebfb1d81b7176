// Commands as octets (RFC 1939 section 3): keyword, single spaces, CRLF. The one place where text becomes protocol.

import { MailferryError } from '../errors.ts';
import { MAX_COMMAND_OCTETS } from '../limits.ts';

export type Keyword =
  | 'APOP'
  | 'AUTH'
  | 'CAPA'
  | 'DELE'
  | 'LANG'
  | 'LIST'
  | 'NOOP'
  | 'PASS'
  | 'QUIT'
  | 'RETR'
  | 'RSET'
  | 'STAT'
  | 'STLS'
  | 'TOP'
  | 'UIDL'
  | 'USER'
  | 'UTF8';

/**
 * @param argument sent as UTF-8; a password may hold spaces, so it is never split
 * @throws POP3_COMMAND_INVALID for CR, LF, NUL or another control character (a second command could hide behind it),
 *         and for a line of more than 255 octets (RFC 2449 section 4). The argument is never in the message.
 */
export function encodeCommand(keyword: Keyword, argument?: string | number): Uint8Array {
  const text = argument === undefined ? keyword : `${keyword} ${argument}`;
  // eslint-disable-next-line no-control-regex -- control characters are exactly what must not get through
  if (/[\u0000-\u001f\u007f]/.test(text)) {
    throw invalid(
      `the argument of ${keyword} contains a control character; none is allowed (CR and LF would end the command)`,
    );
  }
  const line = Buffer.from(`${text}\r\n`, 'utf8');
  if (line.length > MAX_COMMAND_OCTETS) {
    throw invalid(
      `${keyword} would be ${line.length} octets long; at most ${MAX_COMMAND_OCTETS} are allowed`,
    );
  }
  return line;
}

function invalid(message: string): MailferryError {
  return new MailferryError(message, {
    code: 'POP3_COMMAND_INVALID',
    scope: 'account',
    retryable: false,
    hint: 'check the user name and the password of this account',
  });
}
