// The keys of an account's objects of one group, in one place.

import type { AccountId } from '../core/account.ts';
import type { BlobStore } from '../ports/storage.ts';
import { prefixesOf } from './object-name.ts';
import type { ObjectGroup } from './object-name.ts';

/** In no particular order. @throws ARCHIVE_UNREADABLE */
export async function* listGroup(
  group: ObjectGroup,
  account: AccountId,
  blobs: Pick<BlobStore, 'list'>,
): AsyncGenerator<string, void, undefined> {
  for (const prefix of prefixesOf(group, account)) yield* blobs.list(prefix);
}
