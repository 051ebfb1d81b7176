// APOP (RFC 1939 section 7): a digest of the greeting's timestamp and the password instead of the password.

import type { Secret } from '../secret.ts';
import { checkField } from './sasl/login-field.ts';
import type { SaslTools } from './sasl/sasl-tools.ts';

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
/** A msg-id (RFC 822 section 6.1) in printable ASCII: a dotted name, `@`, a dotted name or an address in brackets. */
const TIMESTAMP = new RegExp(`<${ATOM}(?:\\.${ATOM})*@(?:${ATOM}(?:\\.${ATOM})*|\\[[A-Za-z0-9.:]+\\])>`);
const MAX_TIMESTAMP_CHARACTERS = 255;

/**
 * The timestamp of a greeting, angle brackets included, or `undefined`: then the server has no APOP. Anything that is no
 * strict msg-id is none, for MD5 collisions that give a password away letter by letter need octets that none has
 * (CVE-2007-1558). One from before STLS is worthless after it (RFC 2595 section 4).
 * @param greeting the whole line as it came
 */
export function parseApopTimestamp(greeting: Uint8Array): string | undefined {
  const timestamp = TIMESTAMP.exec(Buffer.from(greeting).toString('latin1'))?.[0];
  return timestamp !== undefined && timestamp.length <= MAX_TIMESTAMP_CHARACTERS ? timestamp : undefined;
}

/**
 * What stands behind the user name in APOP.
 * @param timestamp of parseApopTimestamp
 * @throws POP3_COMMAND_INVALID
 */
export function apopDigest(timestamp: string, password: Secret, tools: Pick<SaslTools, 'hash'>): string {
  const secret = checkField('APOP', 'password', password.reveal());
  return Buffer.from(tools.hash('md5', Buffer.from(`${timestamp}${secret}`, 'utf8'))).toString('hex');
}
