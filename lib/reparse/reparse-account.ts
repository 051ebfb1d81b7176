// Every derived object of an account made again from its raw objects. Safe beside a running import, and to repeat: the same octets
// give the same document. Nothing of a raw object, of the ledger or of its lease is ever changed.

import type { AccountId } from '../core/account.ts';
import { inParallel } from '../core/in-parallel.ts';
import { parseRawKey } from '../core/keys.ts';
import { KeySet } from '../audit/key-set.ts';
import { mayGoOn } from './account-reparse.ts';
import type { AccountReparse, ReparseOptions } from './account-reparse.ts';
import { nameMissing } from './name-missing.ts';
import { ReparseBook } from './reparse-book.ts';
import type { ReparsePorts } from './reparse-ports.ts';
import type { ReparseReport } from './reparse-report.ts';
import { reparseObject } from './reparse-object.ts';
import { reparseUnknown } from './reparse-unknown.ts';
import type { UnknownObject } from './reparse-unknown.ts';

const WINDOW_KEYS = 50_000;

/**
 * @throws INTERRUPTED, LEDGER_FAILED, SPOOL_FAILED, ARCHIVE_UNWRITABLE, ARCHIVE_FULL; ARCHIVE_UNREADABLE if the archive cannot be
 *         listed, or so many objects cannot be read that it is not they that are out of order
 */
export async function reparseAccount(
  account: AccountId,
  ports: ReparsePorts,
  options: ReparseOptions,
): Promise<ReparseReport> {
  const work: AccountReparse = { account, ports, options, book: new ReparseBook() };
  const listed = new KeySet();
  // As `rawKey` begins.
  const keys = ports.blobs.list(`raw/account=${account}/`)[Symbol.asyncIterator]();
  try {
    while (await takeWindow(keys, listed, work));
  } finally {
    await keys.return?.();
  }
  await nameMissing(listed, work);
  return work.book.toReport(account);
}

/** @returns whether there may be more */
async function takeWindow(
  keys: AsyncIterator<string>,
  listed: KeySet,
  work: AccountReparse,
): Promise<boolean> {
  const unknown: UnknownObject[] = [];
  const { atOnce, windowKeys = WINDOW_KEYS } = work.options;
  let isMore = true;
  async function* window(): AsyncGenerator<string, void, undefined> {
    for (let taken = 0; taken < windowKeys; taken += 1) {
      const next = await keys.next();
      isMore = next.done !== true;
      if (next.done === true) return;
      yield next.value;
    }
  }
  await inParallel(window(), atOnce, async (key) => {
    mayGoOn(work.options);
    listed.add(key);
    await take(key, unknown, work);
  });
  await reparseUnknown(unknown, work);
  return isMore;
}

async function take(key: string, unknown: UnknownObject[], work: AccountReparse): Promise<void> {
  const { account, book, options } = work;
  const parts = parseRawKey(key);
  if (parts?.account !== account) {
    book.report('foreign-object', key);
    book.settle('left');
  } else if (options.since !== undefined && parts.dt < options.since) {
    book.settle('outside');
  } else {
    const outcome = await reparseObject({ key, parts }, work);
    if (outcome === 'unknown') unknown.push({ key, parts });
    else book.settle(outcome);
  }
  options.onDone?.(book.counts);
}
