// An archive in memory, a place to export to, and an export of the one into the other.

import { archiveDateOf } from '../../lib/core/message/archive-date.ts';
import { HeaderDateScanner } from '../../lib/core/message/header-date-scanner.ts';
import { rawKey } from '../../lib/core/keys.ts';
import type { RawKeyParts } from '../../lib/core/keys.ts';
import { exportAccount } from '../../lib/export/export-account.ts';
import type { ExportOptions } from '../../lib/export/export-account.ts';
import type { ExportReport } from '../../lib/export/export-report.ts';
import type { ExportTarget } from '../../lib/export/export-target.ts';
import { ANN } from '../contract/sample-records.ts';
import { collect, sha256Of } from '../support/memory-blob-store.ts';
import type { MemoryBlobStore } from '../support/memory-blob-store.ts';

/** Received on the day; the later numbers are the longer ones. */
export function letter(number: number, day = 1): Buffer {
  const date = `${day} Jan 2025 03:04:05 +0000`;
  const head = `Return-Path: <s${number}@example.org>\r\nReceived: from a; ${date}\r\nSubject: ${number}\r\n\r\n`;
  return Buffer.from(`${head}${'From x\r\n'.repeat(number)}`);
}

/** @returns the key that an import would have given it */
export function plant(blobs: MemoryBlobStore, octets: Buffer, account = ANN): string {
  const scanner = new HeaderDateScanner();
  scanner.push(octets);
  const key = rawKey(account, archiveDateOf(scanner.end()), sha256Of(octets));
  blobs.plant(key, octets);
  return key;
}

/** Keeps what is written, in the order in which that was done. */
export class TestTarget implements ExportTarget {
  readonly isOrdered: boolean;
  readonly written: { readonly message: RawKeyParts; readonly octets: Buffer }[] = [];
  readonly there = new Set<string>();
  /** Called before each message is written. */
  before: (message: RawKeyParts) => Promise<void> = async () => undefined;

  constructor(isOrdered = true) {
    this.isOrdered = isOrdered;
  }

  async isThere({ sha256 }: RawKeyParts): Promise<boolean> {
    return this.there.has(sha256);
  }

  async write(
    message: RawKeyParts,
    { octets }: Parameters<ExportTarget['write']>[1],
  ): Promise<'written' | 'exists'> {
    await this.before(message);
    this.written.push({ message, octets: await collect(octets) });
    return 'written';
  }
}

export async function runExport(
  blobs: Pick<MemoryBlobStore, 'get' | 'list'>,
  target: ExportTarget,
  options: Partial<ExportOptions> = {},
): Promise<ExportReport> {
  const all = { since: undefined, until: undefined, stop: new AbortController().signal };
  return await exportAccount(ANN, { blobs, target }, { ...all, ...options });
}
