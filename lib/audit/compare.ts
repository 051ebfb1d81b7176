// The comparison itself: what a record, an object and a listed message are to each other. Pure; whoever asks for it reads
// the archive, the ledger and the listing.

import type { ImportLimits } from '../core/account.ts';
import { planImport } from '../core/plan.ts';
import type { FetchReason, PlannedMessage } from '../core/plan.ts';
import type { ListedMessage } from '../core/pop3/listing.ts';
import type { FailedRecord, MessageRecord, SkippedRecord, StoredRecord } from '../core/record.ts';
import type { Uidl } from '../core/uidl.ts';
import type { Difference, DifferenceKind } from './difference.ts';

export interface ObjectFinding {
  readonly key: string;
  readonly documentKey: string;
  readonly content: 'intact' | 'absent' | 'different' | 'unreadable';
  /** Of the parsed document; looked for only beside an intact message. */
  readonly document: 'there' | 'pending' | 'missing' | undefined;
  readonly detail: string | undefined;
}

/**
 * @param isListed by the server; `undefined` if it was not asked
 * @returns nothing if record and object agree
 */
export function compareStored(
  record: StoredRecord,
  finding: ObjectFinding,
  isListed: boolean | undefined,
): Difference[] {
  return kindsOfStored(record, finding).map((kind) => ({
    ...differenceOf(kind, record, isListed),
    key: kind.startsWith('document-') ? finding.documentKey : finding.key,
    detail: kind.startsWith('object-') ? finding.detail : undefined,
  }));
}

function kindsOfStored({ mark, identifiedBy }: StoredRecord, finding: ObjectFinding): DifferenceKind[] {
  const kinds: (DifferenceKind | undefined)[] = [
    contentKind(finding.content, mark?.kind === 'lost'),
    finding.document === 'pending' || finding.document === 'missing'
      ? `document-${finding.document}`
      : undefined,
    mark?.kind === 'deleting' ? 'deletion-unsettled' : undefined,
    identifiedBy === 'header' ? 'identified-by-header' : undefined,
  ];
  return kinds.filter((kind) => kind !== undefined);
}

function contentKind(content: ObjectFinding['content'], isMarkedLost: boolean): DifferenceKind | undefined {
  if (content === 'intact') return isMarkedLost ? 'object-found-again' : undefined;
  if (content === 'absent') return isMarkedLost ? 'object-lost' : 'object-missing';
  return `object-${content}`;
}

/** A message of the ledger that is not in the archive. @param isListed as above */
export function compareUnstored(
  record: SkippedRecord | FailedRecord,
  isListed: boolean | undefined,
): Difference[] {
  const detail = record.state === 'skipped' ? undefined : `${record.attempts} attempts: ${record.error.code}`;
  if (isListed === false) return [{ ...differenceOf('gone-before-stored', record, isListed), detail }];
  if (record.state !== 'skipped') return [{ ...differenceOf(record.state, record, isListed), detail }];
  // One that is listed is judged by its row: the limit may have been raised meanwhile.
  return isListed ? [] : [differenceOf('too-large', record, isListed)];
}

function differenceOf(
  kind: DifferenceKind,
  record: MessageRecord,
  isListed: boolean | undefined,
): Difference {
  const { uidl } = record;
  return { kind, record, key: undefined, uidl, messageNumber: undefined, isListed, detail: undefined };
}

export interface ListingComparison {
  readonly differences: readonly Difference[];
  /** Rows whose message is stored under this very UIDL. */
  readonly agreed: number;
}

/**
 * Judges rows by the very rules an import plans by.
 * @param rows all rows of each UIDL among them
 * @param known what the ledger has of their UIDLs
 */
export function compareListing(
  rows: readonly ListedMessage[],
  known: ReadonlyMap<Uidl, readonly MessageRecord[]>,
  limits: ImportLimits,
): ListingComparison {
  const everything = { ...limits, runMessages: undefined, runOctets: undefined };
  const plan = planImport(rows, known, everything);
  const differences = plan.flatMap((planned): Difference[] => {
    const kind = kindOfRow(planned);
    if (kind === undefined) return [];
    const { listed } = planned;
    const record = listed.uidl === undefined ? undefined : known.get(listed.uidl)?.[0];
    const detail = kind === 'size-changed' ? describeSizes(listed, record) : undefined;
    const { uidl, messageNumber } = listed;
    return [{ kind, record, key: undefined, uidl, messageNumber, isListed: true, detail }];
  });
  return { differences, agreed: plan.filter(({ action }) => action === 'known').length };
}

/** Of a row that an import would fetch; `undefined` if its record tells the difference already. */
const KIND_OF_FETCH: Readonly<Record<FetchReason, DifferenceKind | undefined>> = {
  new: 'not-imported',
  'failed-before': undefined,
  'size-changed': 'size-changed',
  'listed-again': 'listed-though-deleted',
  'object-lost': undefined,
  'no-uidl': 'listed-without-uidl',
  'ambiguous-uidl': 'listed-ambiguous',
};

function kindOfRow(planned: PlannedMessage): DifferenceKind | undefined {
  if (planned.action === 'skip') return 'too-large';
  return planned.action === 'fetch' ? KIND_OF_FETCH[planned.reason] : undefined;
}

function describeSizes({ octets }: ListedMessage, record: MessageRecord | undefined): string | undefined {
  return record?.state === 'stored'
    ? `LIST says ${octets} octets now, and said ${record.listedOctets}`
    : undefined;
}
