// What a raw object carries of its import comes back as it was, fits into S3's 2 KB, and never says more than is known.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { AccountId } from '../../lib/core/account.ts';
import { fromMetadata, MAX_KEPT_UIDL_OCTETS, toMetadata } from '../../lib/core/ingest-metadata.ts';
import type { RawObjectFacts } from '../../lib/core/ingest-metadata.ts';
import { rawKey } from '../../lib/core/keys.ts';
import type { ArchiveDate, Sha256 } from '../../lib/core/record.ts';
import { toUidl } from '../../lib/core/uidl.ts';

const hash = fc.stringMatching(/^[0-9a-f]{64}$/).map((text) => text as Sha256);
const count = fc.maxSafeNat();

const time = fc.date({ min: new Date(0), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true });

function facts(maxUidlOctets: number): fc.Arbitrary<RawObjectFacts> {
  return fc
    .record({
      account: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/).map((text) => text as AccountId),
      uidl: fc.uint8Array({ maxLength: maxUidlOctets, size: 'max' }).map((octets) => toUidl(octets)),
      sha256: hash,
      size: count,
      runId: fc.stringMatching(/^[\x21-\x7e]{1,64}$/),
      fetchedAt: time.map((date) => date.toISOString()),
      listedOctets: fc.option(count, { nil: undefined }),
      headerSha256: fc.option(hash, { nil: undefined }),
    })
    .map(({ listedOctets, headerSha256, ...ingest }) => ({
      ingest: { ...ingest, rawKey: rawKey(ingest.account, '2026-02-03' as ArchiveDate, ingest.sha256) },
      listedOctets,
      headerSha256,
    }));
}

function back({ ingest }: RawObjectFacts, metadata: Record<string, string>): RawObjectFacts {
  return fromMetadata(ingest.rawKey, ingest.size, metadata);
}

test('what is kept comes back as it was, whatever octets the UIDL has', () => {
  fc.assert(
    fc.property(facts(MAX_KEPT_UIDL_OCTETS), (kept) => {
      assert.deepEqual(back(kept, toMetadata(kept)), kept);
    }),
  );
});

test('it is visible ASCII under lower-case names, and well below the 2 KB that S3 takes', () => {
  fc.assert(
    fc.property(facts(3000), (kept) => {
      const metadata = toMetadata(kept);
      for (const [name, value] of Object.entries(metadata)) {
        assert.match(name, /^[a-z0-9-]+$/);
        assert.match(value, /^[\x21-\x7e]+$/);
      }
      const octets = Object.entries(metadata).reduce(
        (sum, [name, value]) => sum + name.length + value.length,
        0,
      );
      assert.ok(octets <= 1536, `${octets} octets`);
    }),
  );
});

const KEPT: RawObjectFacts = {
  ingest: {
    account: 'ann' as AccountId,
    uidl: 'AB\xff',
    sha256: '0123456789abcdef'.repeat(4) as Sha256,
    size: 12,
    rawKey: `raw/account=ann/dt=2026-02-03/${'0123456789abcdef'.repeat(4)}.eml`,
    runId: '01JZX',
    fetchedAt: '2026-02-03T04:05:06.789Z',
  },
  listedOctets: 14,
  headerSha256: 'f'.repeat(64) as Sha256,
};

test('the names and the form are a format: they may only change with its number', () => {
  assert.deepEqual(toMetadata(KEPT), {
    format: '1',
    'run-id': '01JZX',
    'fetched-at': '2026-02-03T04:05:06.789Z',
    uidl: 'QUL_',
    'listed-octets': '14',
    'header-sha256': 'f'.repeat(64),
  });
});

test('a message without a UIDL, and one whose UIDL is too long to keep, are told apart', () => {
  const withUidl = (uidl: string | null): RawObjectFacts => ({ ...KEPT, ingest: { ...KEPT.ingest, uidl } });
  const comesBackAs = (uidl: string | null): string | null => {
    const kept = withUidl(uidl);
    return back(kept, toMetadata(kept)).ingest.uidl;
  };
  assert.equal(comesBackAs(''), '');
  assert.equal(comesBackAs('x'.repeat(MAX_KEPT_UIDL_OCTETS)), 'x'.repeat(MAX_KEPT_UIDL_OCTETS));
  assert.equal(comesBackAs('x'.repeat(MAX_KEPT_UIDL_OCTETS + 1)), null);
  assert.equal(comesBackAs('x'.repeat(16 * 1024)), null);
  assert.equal(comesBackAs(null), null);
});

test('entries that others added are passed over', () => {
  assert.deepEqual(back(KEPT, { ...toMetadata(KEPT), 's3cmd-attrs': 'x', Uidl: '!' }), KEPT);
});

test('metadata that no import has written is refused, and what is in it is not repeated', () => {
  const whole = toMetadata(KEPT);
  const { uidl: _uidl, ...withoutUidl } = whole;
  const refused: readonly Record<string, string>[] = [
    {},
    withoutUidl,
    { ...whole, format: '2' },
    { ...whole, uidl: '' },
    { ...whole, uidl: 'QUL_=' },
    { ...whole, uidl: 'QUL_ann@example.com' },
    { ...whole, uidl: 'QUN' },
    { ...whole, 'uidl-absent': 'none' },
    { ...withoutUidl, 'uidl-absent': 'ann@example.com' },
    { ...whole, 'run-id': '' },
    { ...whole, 'run-id': 'ann @example.com' },
    { ...whole, 'fetched-at': '2026-02-03' },
    { ...whole, 'fetched-at': 'ann@example.com' },
    { ...whole, 'listed-octets': '-1' },
    { ...whole, 'listed-octets': '014' },
    { ...whole, 'listed-octets': '9'.repeat(16) },
    { ...whole, 'header-sha256': 'F'.repeat(64) },
  ];
  for (const metadata of refused) {
    assert.throws(
      () => back(KEPT, metadata),
      (error) => isRefusal(error) && !String(error).includes('@'),
      JSON.stringify(metadata),
    );
  }
});

test('an object under another key than a raw one is refused, and the key is not repeated', () => {
  assert.throws(
    () => fromMetadata('raw/ann@example.com.eml', 12, toMetadata(KEPT)),
    (error) => isRefusal(error) && !String(error).includes('@'),
  );
});

test('what could not be read back is not written', () => {
  for (const change of [{ runId: '' }, { runId: 'a b' }, { runId: 'é' }, { fetchedAt: 'yesterday' }])
    assert.throws(() => toMetadata({ ...KEPT, ingest: { ...KEPT.ingest, ...change } }));
});

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ARCHIVE_CORRUPT';
}
