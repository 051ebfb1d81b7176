// Raw objects of which neither a document nor anything beside them says how they were fetched: a job that waits may say it, or the
// ledger. Where nobody does, an import may just have stored them; else they are parsed, and their documents say that it is
// not known.

import { inParallel } from '../core/in-parallel.ts';
import { readKnown } from '../rebuild/known-records.ts';
import { mayGoOn } from './account-reparse.ts';
import type { AccountReparse } from './account-reparse.ts';
import { toKnownFacts } from './ingest-facts.ts';
import { reparseWith } from './reparse-object.ts';
import type { RawObject } from './reparse-object.ts';

export type UnknownObject = RawObject;

/** One reading of the ledger. @throws as `reparseAccount` */
export async function reparseUnknown(objects: readonly UnknownObject[], work: AccountReparse): Promise<void> {
  if (objects.length === 0) return;
  const { account, ports, options, book } = work;
  // Asked first: whatever stored these objects and is over by now has written down jobs and records before.
  const isAtWork = await ports.isAtWork(account);
  const jobs = ports.pendingJobs();
  const wanted = new Set(objects.map(({ parts }) => parts.sha256));
  const recorded = await readKnown(account, ports.ledger, (sha256) => wanted.has(sha256));
  await inParallel(objects, options.atOnce, async (object) => {
    mayGoOn(options);
    const job = jobs.get(object.key);
    const facts = job ? toKnownFacts(job) : recorded.get(object.parts.sha256);
    // Its import is to say how it was fetched, not we that nobody knows.
    const isLeftToImport = facts === undefined && isAtWork;
    book.settle(isLeftToImport ? 'underWay' : await reparseWith(object, facts, work));
    options.onDone?.(book.counts);
  });
}
