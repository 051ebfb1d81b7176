// An archive and a ledger in memory, and a reparse of them. Its documents are made without a parser: they hold what they are told
// of the import, so that it can be seen.

import { parsedKey, parseRawKey } from '../../lib/core/keys.ts';
import type { IngestFacts } from '../../lib/core/message/document.ts';
import type { StoredRecord } from '../../lib/core/record.ts';
import { toMetadata } from '../../lib/core/ingest-metadata.ts';
import type { ParserIdentity } from '../../lib/core/message/document.ts';
import { PARSER_IDENTITY } from '../../lib/parse/parser-identity.ts';
import type { OpenedRawObject } from '../../lib/rebuild/rebuild-ports.ts';
import type { ReparseOptions } from '../../lib/reparse/account-reparse.ts';
import { reparseAccount } from '../../lib/reparse/reparse-account.ts';
import type { Documents, ReparsePorts } from '../../lib/reparse/reparse-ports.ts';
import type { ReparseCounts, ReparseReport } from '../../lib/reparse/reparse-report.ts';
import { ANN, storedRecord, uidlOf } from '../contract/sample-records.ts';
import { letter, plant } from '../export/exporting.ts';
import { DamageableBlobs } from '../support/damageable-blobs.ts';
import { collect, sha256Of } from '../support/memory-blob-store.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';

/** One stored message. */
export interface Planted {
  readonly key: string;
  readonly documentKey: string;
  /** As its import knew it. */
  readonly ingest: IngestFacts;
}

export class Reparsing {
  readonly blobs = new DamageableBlobs();
  readonly ledger = new MemoryLedger({ now: () => 0 });
  readonly jobs = new Map<string, IngestFacts>();
  /** What the maker of documents says of messages other than that it made them. */
  readonly outcomes = new Map<string, 'kept' | 'failed'>();
  /** Raw keys in the order in which their documents were made. */
  readonly made: string[] = [];
  isAtWork = false;
  /** Raw objects that were opened and not closed yet. */
  open = 0;

  /** The message as a folder keeps it, without document and record. */
  plant(number: number, day = 2): Planted {
    const octets = letter(number, day);
    const key = plant(this.blobs, octets);
    const parts = parseRawKey(key);
    if (parts === undefined) throw new Error(`${key} is no raw key`);
    const ingest: IngestFacts = {
      account: ANN,
      uidl: `uidl-${number}`,
      sha256: sha256Of(octets),
      size: octets.length,
      rawKey: key,
      runId: `run-${number}`,
      fetchedAt: new Date(1_735_776_000_000 + number).toISOString(),
    };
    return { key, documentKey: parsedKey(ANN, parts.dt, parts.sha256), ingest };
  }

  /** @param changes of what the document says of the import */
  plantDocument(
    { documentKey, ingest }: Planted,
    changes: object = {},
    parser: ParserIdentity = PARSER_IDENTITY,
    problems: readonly string[] = [],
  ): void {
    this.blobs.plant(documentKey, documentOf({ ...ingest, ...changes }, parser, problems));
  }

  /** As S3 keeps it beside the object. */
  plantMetadata({ key, ingest }: Planted, changes: object = {}): void {
    const facts = { ingest: { ...ingest, ...changes }, listedOctets: undefined, headerSha256: undefined };
    this.blobs.metadata.set(key, toMetadata(facts));
  }

  async record({ key, ingest }: Planted, changes: Partial<StoredRecord> = {}): Promise<void> {
    const { sha256, runId, fetchedAt, uidl } = ingest;
    const dt = parseRawKey(key)?.dt;
    const firstSeen = Date.parse(fetchedAt);
    const known = { sha256, runId, firstSeen, ...(dt && { dt }) };
    await this.ledger.commit(ANN, storedRecord(uidlOf(uidl ?? ''), 'any', { ...known, ...changes }));
  }

  ports(): ReparsePorts {
    return {
      blobs: this.blobs,
      openRaw: async (key) => await this.#open(key),
      documents: this.#documents(),
      ledger: this.ledger,
      pendingJobs: () => this.jobs,
      isAtWork: async () => this.isAtWork,
    };
  }

  async run(options: Partial<ReparseOptions> = {}, ports = this.ports()): Promise<ReparseReport> {
    const { signal } = new AbortController();
    const all = { which: 'all', since: undefined, atOnce: 4, stop: signal } as const;
    return await reparseAccount(ANN, ports, { ...all, ...options });
  }

  /** What the document says of its import. */
  ingestIn({ documentKey }: Planted): unknown {
    const octets = this.blobs.peek(documentKey);
    return octets && (JSON.parse(String(octets)) as { ingest: unknown }).ingest;
  }

  #documents(): Documents {
    return {
      make: async (ingest, raw) => {
        await collect(raw);
        this.made.push(ingest.rawKey);
        const outcome = this.outcomes.get(ingest.rawKey);
        if (outcome !== undefined) return { outcome, mended: 0 };
        const key = ingest.rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json');
        const octets = documentOf(ingest, PARSER_IDENTITY, []);
        const isThere = (await this.blobs.stat(key)) !== undefined;
        const isSame = isThere && this.blobs.peek(key)?.equals(octets) === true;
        this.blobs.putBack(key);
        this.blobs.plant(key, octets);
        return { outcome: isSame ? 'unchanged' : 'written', mended: 0 };
      },
    };
  }

  async #open(key: string): Promise<OpenedRawObject | undefined> {
    const stat = await this.blobs.stat(key);
    const octets = await this.blobs.get(key);
    if (stat === undefined || octets === undefined) return undefined;
    this.open += 1;
    let isOpen = true;
    const close = (): void => {
      if (isOpen) this.open -= 1;
      isOpen = false;
    };
    return { ...stat, octets, metadata: this.blobs.metadata.get(key) ?? {}, close };
  }
}

function documentOf(ingest: IngestFacts, parser: ParserIdentity, problems: readonly string[]): Buffer {
  return Buffer.from(`${JSON.stringify({ ingest: { ...ingest, parser }, problems })}\n`);
}

/** Those that are not zero. */
export function countsOf({ counts }: ReparseReport): Partial<ReparseCounts> {
  const { octets: _, ...others } = counts;
  return Object.fromEntries(Object.entries(others).filter(([, count]) => count > 0));
}

export function isBalanced({ counts }: ReparseReport): boolean {
  const { written, unchanged, kept, failed, left, underWay, present, outside } = counts;
  return counts.objects === written + unchanged + kept + failed + left + underWay + present + outside;
}

export function told({ problems }: ReparseReport): string[] {
  return problems.map(({ kind, key }) => `${kind} ${key}`).sort();
}
