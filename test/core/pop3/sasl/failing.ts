// What a thrown error has to be, for assert.throws.

import { MailferryError } from '../../../../lib/core/errors.ts';
import type { ErrorCode, ErrorScope } from '../../../../lib/core/errors.ts';

/** Of this code and scope, with words that match. */
export function failing(code: ErrorCode, scope: ErrorScope, words = /./): (error: unknown) => boolean {
  return (error) =>
    error instanceof MailferryError &&
    error.code === code &&
    error.scope === scope &&
    words.test(error.message);
}
