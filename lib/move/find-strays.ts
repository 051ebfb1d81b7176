// Accounts that have messages in an archive and are none of those that are moved: a move would pass them over in silence.

import { ACCOUNT_ID_PATTERN } from '../core/account.ts';
import type { AccountId } from '../core/account.ts';
import type { BlobStore } from '../ports/storage.ts';

/**
 * By the names of all messages: of S3, a request for each thousand.
 * @returns in their order
 * @throws ARCHIVE_UNREADABLE
 */
export async function findStrays(
  blobs: Pick<BlobStore, 'list'>,
  moved: readonly AccountId[],
): Promise<readonly AccountId[]> {
  const known = new Set<string>(moved);
  const strays = new Set<AccountId>();
  for await (const key of blobs.list('raw/')) {
    const id = /^raw\/account=([^/]+)\//.exec(key)?.[1] ?? '';
    // Any other folder is none that an import has made.
    if (!known.has(id) && ACCOUNT_ID_PATTERN.test(id)) strays.add(id as AccountId);
  }
  return [...strays].sort();
}
