// User names, passwords and tokens as octets of a login. The one place where they are refused: CR, LF, NUL and ^A are
// what commands and SASL messages end and divide with. What is wrong with a value is told, the value never.

import { MailferryError } from '../../errors.ts';

export type FieldName = 'user name' | 'password' | 'access token';

/** @throws POP3_COMMAND_INVALID for an empty value, a control character, or half a surrogate pair */
export function checkField(method: string, name: FieldName, value: string): string {
  if (value === '') throw unusable(`${method} needs a ${name}; it is empty`);
  // eslint-disable-next-line no-control-regex -- control characters are exactly what must not get through
  if (/[\u0000-\u001f\u007f]/.test(value)) {
    throw unusable(`the ${name} for ${method} contains a control character; none is allowed`);
  }
  if (!value.isWellFormed()) throw unusable(`the ${name} for ${method} is no well-formed Unicode text`);
  return value;
}

/** @throws POP3_COMMAND_INVALID for anything but visible ASCII (RFC 6750 section 2.1 allows less) */
export function checkToken(method: string, value: string): string {
  checkField(method, 'access token', value);
  if (/[^\x21-\x7e]/.test(value)) {
    throw unusable(`the access token for ${method} contains something other than visible ASCII`);
  }
  return value;
}

/** A name inside a GS2 header or a SCRAM message (RFC 5801 section 4): `,` and `=` divide there. */
export function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

export function unusable(message: string): MailferryError {
  return new MailferryError(message, {
    code: 'POP3_COMMAND_INVALID',
    scope: 'account',
    retryable: false,
    hint: 'check the user name and the secret of this account',
  });
}
