// Where exported messages go, whatever its form.

import type { RawKeyParts } from '../core/keys.ts';
import type { OpenedMail } from './open-mail.ts';

export interface ExportTarget {
  /** Messages stand in it one behind the other: they are written one at a time, in order. */
  readonly isOrdered: boolean;
  /** An earlier export wrote it: it need not be read. @throws EXPORT_UNWRITABLE */
  isThere(message: RawKeyParts): Promise<boolean>;
  /**
   * The message whole, or nothing of it.
   * @returns `exists`: it was there already
   * @throws EXPORT_UNWRITABLE; what reading the octets throws
   */
  write(message: RawKeyParts, mail: Pick<OpenedMail, 'envelope' | 'octets'>): Promise<'written' | 'exists'>;
}
