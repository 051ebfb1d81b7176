// Tells a listing that goes on where the last one ended from one that looks like somebody else's. Pure.

import type { ListingMark } from './account-state.ts';

export interface ListingFacts {
  /** Messages listed. */
  readonly rows: number;
  /** Those of them with a UIDL that the ledger has a record of. */
  readonly recorded: number;
}

/**
 * `normal` · `vanished` most of what was there, and recorded, is gone · `strange` most of what is there was never seen ·
 * `turnover` both: the server may have given its messages new UIDLs.
 */
export type ListingHealth =
  | { readonly kind: 'normal' }
  | { readonly kind: 'vanished' | 'strange' | 'turnover'; readonly explanation: string };

/** Of fewer messages nothing can be concluded. */
const FEWEST_CONCLUSIVE = 10;

/** @param last what the last run left behind: without it every listing is normal, and of a few messages too */
export function assessListing(now: ListingFacts, last: ListingMark | undefined): ListingHealth {
  if (!last || last.recorded < FEWEST_CONCLUSIVE) return { kind: 'normal' };
  const vanished = last.recorded - now.recorded;
  // What was listed and not yet recorded the last time is no stranger.
  const strange = now.rows - now.recorded - (last.rows - last.recorded);
  const isVanished = vanished * 2 > last.recorded;
  const isStrange = strange * 2 > now.rows;
  const gone = `${vanished} of the ${last.recorded} recorded messages that the last run left on the server are gone`;
  const unknown = `${strange} of ${now.rows} listed messages were never seen before`;
  if (isVanished && isStrange) return { kind: 'turnover', explanation: `${gone}, and ${unknown}` };
  if (isVanished) return { kind: 'vanished', explanation: gone };
  if (isStrange) return { kind: 'strange', explanation: unknown };
  return { kind: 'normal' };
}
