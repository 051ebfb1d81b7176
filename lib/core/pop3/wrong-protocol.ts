// What else may be listening where a POP3 server was expected: told by its first octets, so that a wrong port is not
// reported as broken POP3. Pure; reads octets, never decides what to do about them.

export interface WrongProtocol {
  /** Such as `an IMAP server`. */
  readonly what: string;
  /** What a person should do about it: one sentence. */
  readonly hint: string;
}

const TLS_RECORD_TYPES = { first: 0x14, last: 0x17 } as const;
const TLS_MAJOR_VERSION = 0x03;

const PORTS = 'POP3 usually has 995 (tls: implicit) or 110 (tls: starttls)';

const TLS: WrongProtocol = {
  what: 'a TLS server',
  hint: 'the port speaks TLS from its first octet: set tls: implicit for this account, or its port for clear text',
};

const BY_FIRST_TEXT: readonly (readonly [RegExp, string, string])[] = [
  [/^\* (?:OK|PREAUTH|BYE)\b/i, 'an IMAP server', `the port is one for IMAP, as 993 and 143 are: ${PORTS}`],
  [/^(?:220|421|554)[ -]/, 'an SMTP or FTP server', `the port is one for SMTP or FTP: ${PORTS}`],
  [/^(?:200|201|400|502)[ -]/, 'a news server', `the port is one for NNTP: ${PORTS}`],
  [/^(?:HTTP\/\d|<!DOCTYPE\b|<html\b)/i, 'a web server', `the port is one for HTTP: ${PORTS}`],
  [/^SSH-\d/, 'an SSH server', `the port is one for SSH: ${PORTS}`],
  [/^"(?:IMPLEMENTATION|SIEVE)"/i, 'a ManageSieve server', `the port is one for ManageSieve: ${PORTS}`],
];

/**
 * @param octets the first that came, however few: the first read, or the first line
 * @returns `undefined` for what may be POP3, and for what nothing is known of
 */
export function diagnoseGreeting(octets: Uint8Array): WrongProtocol | undefined {
  const [type = 0, version] = octets;
  if (type >= TLS_RECORD_TYPES.first && type <= TLS_RECORD_TYPES.last && version === TLS_MAJOR_VERSION)
    return TLS;
  const text = String.fromCharCode(...octets.subarray(0, 40));
  const [, what, hint] = BY_FIRST_TEXT.find(([pattern]) => pattern.test(text)) ?? [];
  return what === undefined || hint === undefined ? undefined : { what, hint };
}
