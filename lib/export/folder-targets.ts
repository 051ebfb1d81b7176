// Folders as places to export to: a Maildir, and a folder of .eml files. One file a message, with the octets as they are.

import type { AccountId } from '../core/account.ts';
import type { Sha256 } from '../core/record.ts';
import type { OutputFolder } from '../ports/storage.ts';
import type { ExportTarget } from './export-target.ts';
import { emlName, maildirName, parseMaildirName } from './file-names.ts';

/** New messages are put into `new`; a mail program takes them to `cur`, with flags. */
const DELIVERED = ['new', 'cur'] as const;

export function emlTarget(folder: OutputFolder): ExportTarget {
  return {
    isOrdered: false,
    isThere: async (message) => await folder.has(emlName(message)),
    write: async (message, { envelope, octets }) =>
      await folder.write(emlName(message), octets, envelope.date),
  };
}

/** The time of each file is when the message arrived: mail programs take it for that. */
export function maildirTarget(folder: OutputFolder): ExportTarget {
  const there = new Map<AccountId, Promise<ReadonlySet<string>>>();
  const thereOf = async (account: AccountId): Promise<ReadonlySet<string>> => {
    const listing = there.get(account) ?? readDelivered(folder, account);
    there.set(account, listing);
    return await listing;
  };
  return {
    isOrdered: false,
    isThere: async ({ account, sha256 }) => (await thereOf(account)).has(compact(sha256)),
    write: async (message, { envelope, octets }) =>
      await folder.write(`new/${maildirName(message)}`, octets, envelope.date),
  };
}

async function readDelivered(folder: OutputFolder, account: AccountId): Promise<ReadonlySet<string>> {
  const delivered = new Set<string>();
  for (const below of DELIVERED) {
    for await (const name of folder.names(below)) {
      const message = parseMaildirName(name);
      if (message?.account === account) delivered.add(compact(message.sha256));
    }
  }
  return delivered;
}

/** Half of the memory, for millions. */
function compact(sha256: Sha256): string {
  return Buffer.from(sha256, 'hex').toString('latin1');
}
