// The hash that EDRM's message identification asks for. It tells mail apart; nothing is protected by it.

import { createHash } from 'node:crypto';

/** Of the text in UTF-8, in lower-case hexadecimal. */
export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
