// An mbox file as a place to export to: one entry behind the other.

import type { OutputFile } from '../ports/storage.ts';
import type { ExportTarget } from './export-target.ts';
import { mboxEntry } from './mbox-entry.ts';

export function mboxTarget(file: Pick<OutputFile, 'append'>): ExportTarget {
  return {
    isOrdered: true,
    // The file is new.
    isThere: async () => false,
    write: async (_message, { envelope, octets }) => {
      await file.append(mboxEntry(envelope, octets));
      return 'written';
    },
  };
}
