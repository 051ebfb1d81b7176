// The first line of every answer (RFC 1939 section 3), and the response code it may carry (RFC 2449 section 8).

import { MailferryError } from '../errors.ts';

export interface Reply {
  /**
   * `ok` is exactly `+OK`; `continue` is a lone `+` (RFC 5034 section 4); everything else that starts with `-` or `+`
   * is `error`. QUIRK(hmailserver): `+ERR` to a wrong password must never count as success.
   */
  readonly status: 'ok' | 'error' | 'continue';
  /** `IN-USE`, `AUTH`, `SYS/TEMP` ...: upper case, without brackets; `undefined` when there is none. */
  readonly responseCode: string | undefined;
  /** What the server said, its response code included, cut and made safe to print: for people, never to be parsed. */
  readonly text: string;
  /** The same as it came, one character an octet: for the parsers of what a particular answer carries, never for people. */
  readonly said: string;
}

const STATUS = /^(?:(\+OK)|(\+)|[+-][^\s]*)(?:[ \t]+|$)/i;
const RESPONSE_CODE = /^\[([A-Za-z][A-Za-z0-9/-]{0,63})\]\s*/;

/**
 * @param line without its end
 * @throws POP3_PROTOCOL when the line starts with neither `+` nor `-`: then the stream is out of step, and nothing
 *         after it can be trusted to belong to the message we asked for
 */
export function parseReply(line: Uint8Array): Reply {
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('latin1');
  const status = STATUS.exec(text);
  if (!status) {
    throw new MailferryError(
      // Its text could be anything by now: mail, or what we sent ourselves.
      `expected an answer that starts with "+OK" or "-ERR", got ${line.length} other octets`,
      {
        code: 'POP3_PROTOCOL',
        scope: 'session',
        retryable: true,
        hint: 'check that host and port are those of a POP3 server, and that tls matches the port',
      },
    );
  }
  const said = text.slice(status[0].length);
  const code = RESPONSE_CODE.exec(said);
  return {
    status: status[1] ? 'ok' : status[2] ? 'continue' : 'error',
    responseCode: code?.[1]?.toUpperCase(),
    text: toPrintable(said),
    said,
  };
}

const MAX_PRINTED_CHARACTERS = 200;

/** Server text is data from outside: printable ASCII only, and not much of it. */
function toPrintable(text: string): string {
  const safe = text.replaceAll(/[^\x20-\x7e]/g, '?').trimEnd();
  return safe.length > MAX_PRINTED_CHARACTERS ? `${safe.slice(0, MAX_PRINTED_CHARACTERS)}...` : safe;
}
