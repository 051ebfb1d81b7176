// Run records as items: gzipped JSON, and beside it, when that is more than an item holds, in parts of their own. The parts
// are written before the item that names them, so that no run is ever seen without its parts.

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { AccountId } from '../core/account.ts';
import type { RunRecord } from '../core/run-record.ts';
import { inParallel } from '../core/in-parallel.ts';
import { inBatches } from './in-batches.ts';
import { number, octets, readNumber, readOctets, readText, text } from './dynamodb-attributes.ts';
import type { Item } from './dynamodb-attributes.ts';
import { unreadableItem } from './dynamodb-errors.ts';
import { accountPartition } from './dynamodb-state-item.ts';
import { MAX_BATCH_KEYS } from './dynamodb-table.ts';
import type { DynamodbTable } from './dynamodb-table.ts';

/** An item may have 400 KB with its keys and names. */
const PART_OCTETS = 350 * 1024;
const PARTS_AT_ONCE = 4;
const KEPT_SECONDS = 400 * 24 * 60 * 60;

/** @param now epoch milliseconds: the table's TTL removes the run 400 days later */
export async function writeRun(table: DynamodbTable, run: RunRecord, now: number): Promise<void> {
  const what = `recording run ${run.runId} of account ${run.account}`;
  const packed = await promisify(gzip)(JSON.stringify(run));
  const ttl = number(Math.floor(now / 1000) + KEPT_SECONDS);
  const head = { ...headKey(run.account, run.runId), ttl };
  if (packed.length <= PART_OCTETS) {
    await table.put(what, { ...head, record: octets(packed) });
    return;
  }
  // Named by their content: to record a run again never changes the parts of what is there before its head is.
  const digest = createHash('sha256').update(packed).digest('base64url');
  const parts = Math.ceil(packed.length / PART_OCTETS);
  await inParallel(
    partKeys(run.account, { runId: run.runId, digest, parts }).entries(),
    PARTS_AT_ONCE,
    async ([n, key]) => {
      await table.put(what, {
        ...key,
        ttl,
        record: octets(packed.subarray(n * PART_OCTETS, (n + 1) * PART_OCTETS)),
      });
    },
  );
  await table.put(what, { ...head, digest: text(digest), parts: number(parts) });
}

/** Newest first. */
export async function readRuns(
  table: DynamodbTable,
  account: AccountId,
  limit: number,
  now: number,
): Promise<RunRecord[]> {
  const what = `reading the runs of account ${account}`;
  const runs: RunRecord[] = [];
  if (limit <= 0) return runs;
  const range = { pk: accountPartition(account), skPrefix: HEAD, newestFirst: true, pageItems: limit };
  for await (const head of table.query(what, range)) {
    // Its parts may be gone already: TTL removes items one by one, some time after their end.
    if (readNumber(head, 'ttl') <= now / 1000) continue;
    const packed =
      head['parts'] === undefined ? readOctets(head, 'record') : await readParts(table, what, account, head);
    runs.push(await unpack(packed));
    if (runs.length >= limit) break;
  }
  return runs;
}

const HEAD = 'RUN#';

function headKey(account: AccountId, runId: string): Item {
  return { pk: text(accountPartition(account)), sk: text(HEAD + runId) };
}

interface Parts {
  readonly runId: string;
  readonly digest: string;
  readonly parts: number;
}

/** Sorted apart from the heads, so that whoever lists runs does not pay for reading them. */
function partKeys(account: AccountId, { runId, digest, parts }: Parts): Item[] {
  return Array.from({ length: parts }, (_, n) => ({
    pk: text(accountPartition(account)),
    sk: text(`PART#${runId}#${digest}#${n}`),
  }));
}

async function readParts(
  table: DynamodbTable,
  what: string,
  account: AccountId,
  head: Item,
): Promise<Uint8Array> {
  const runId = readText(head, 'sk').slice(HEAD.length);
  const keys = partKeys(account, {
    runId,
    digest: readText(head, 'digest'),
    parts: readNumber(head, 'parts'),
  });
  const found = new Map<string, Uint8Array>();
  for (const batch of inBatches(MAX_BATCH_KEYS, keys)) {
    for (const item of await table.getBatch(what, batch))
      found.set(readText(item, 'sk'), readOctets(item, 'record'));
  }
  return Buffer.concat(
    keys.map((key) => {
      const sk = readText(key, 'sk');
      const part = found.get(sk);
      if (part === undefined) throw unreadableItem(`${sk} is missing, a part of a run's record`);
      return part;
    }),
  );
}

async function unpack(packed: Uint8Array): Promise<RunRecord> {
  try {
    return JSON.parse((await promisify(gunzip)(packed)).toString()) as RunRecord;
  } catch (error) {
    throw unreadableItem("a run's record is damaged", error);
  }
}
