// Of several rows of one message: which counts. By the rows alone, so that everybody comes to the same, also the SQL of
// docs/query.md.

import type { CatalogRow } from './catalog-row.ts';

/** One that says more than that parsing failed; then of the later parser; then, so that it is always the same one, by its text. */
export function newestRow(one: CatalogRow, other: CatalogRow): CatalogRow {
  if (hasFailed(one) !== hasFailed(other)) return hasFailed(one) ? other : one;
  const [revision, otherRevision] = [revisionOf(one), revisionOf(other)];
  if (revision !== otherRevision) return revision > otherRevision ? one : other;
  return JSON.stringify(one) >= JSON.stringify(other) ? one : other;
}

function hasFailed({ problems }: CatalogRow): boolean {
  return problems.includes('parse-failed');
}

/** What stands before the `+`; 0 for what is no number. */
function revisionOf({ parser_version }: CatalogRow): number {
  const revision = Number(parser_version.split('+')[0]);
  return Number.isFinite(revision) ? revision : 0;
}
