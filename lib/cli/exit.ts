// How the command ends, and how it says why.

import { describeError, MailferryError } from '../core/errors.ts';

export const EXIT_OK = 0;
/** Some account or message failed. */
export const EXIT_FAILED = 1;
/** Wrong usage or configuration: nothing was started. */
export const EXIT_USAGE = 2;

export function describeCliError(error: unknown): string {
  if (!(error instanceof MailferryError)) return `mailferry: ${describeError(error)}`;
  return `mailferry: ${error.code}: ${error.message}${error.hint ? `\n  ${error.hint}` : ''}`;
}

export function exitCodeFor(error: unknown): number {
  return error instanceof MailferryError && error.scope === 'config' ? EXIT_USAGE : EXIT_FAILED;
}
