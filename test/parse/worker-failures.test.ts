// Workers that crash, loop, hang or lie: their message gets a document that says so, the next one a new worker.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parsedKeyOf } from '../../lib/parse/derived-keys.ts';
import { DEFAULT_PARSE_LIMITS } from '../../lib/parse/limits.ts';
import { workerCommand, type WorkerCommand } from '../../lib/parse/worker-command.ts';
import { ParsePool, type ParsePoolOptions } from '../../lib/parse/worker-pool.ts';
import { messageSchema } from '../../lib/schema/message-schema.ts';
import { MemoryBlobStore } from '../support/memory-blob-store.ts';
import { ingestOf } from './parsed.ts';

const FAULTY: WorkerCommand = {
  ...workerCommand(100),
  args: [join(import.meta.dirname, 'faulty-worker.ts')],
};
const LIMITS = { ...DEFAULT_PARSE_LIMITS, parseTimeoutMs: 300 };

let spoolDirectory: string;
before(async () => {
  spoolDirectory = await mkdtemp(join(tmpdir(), 'failures-test-'));
});
after(async () => {
  await rm(spoolDirectory, { recursive: true, force: true });
});

interface Bench {
  readonly pool: ParsePool;
  readonly blobs: MemoryBlobStore;
  /** Parses a message whose first line says what the worker shall do; gives the outcome and the problems. */
  readonly run: (deed: string) => Promise<{ outcome: string; problems: unknown }>;
}

async function withPool(
  options: Partial<ParsePoolOptions>,
  body: (bench: Bench) => Promise<void>,
): Promise<void> {
  const blobs = new MemoryBlobStore();
  const pool = new ParsePool({
    blobs,
    workers: 1,
    spoolDirectory,
    limits: LIMITS,
    command: FAULTY,
    ...options,
  });
  const run = async (deed: string): Promise<{ outcome: string; problems: unknown }> => {
    const raw = Buffer.from(`${deed}\r\n${'x'.repeat(100)}`);
    const ingest = ingestOf(raw);
    blobs.plant(ingest.rawKey, raw);
    const outcome = await pool.parse({ ingest });
    const json = String(blobs.peek(ingest.rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json')));
    const document: unknown = JSON.parse(json);
    const problems: unknown =
      typeof document === 'object' && document !== null ? Reflect.get(document, 'problems') : null;
    return { outcome, problems };
  };
  try {
    await body({ pool, blobs, run });
  } finally {
    await pool.close();
  }
  assert.deepEqual(await readdir(spoolDirectory), [], 'temporary files were left behind');
}

const DEEDS: readonly (readonly [deed: string, problem: string])[] = [
  ['die', 'worker-died'],
  ['die-in-attachment', 'worker-died'],
  ['hang', 'worker-stalled'],
  ['loop', 'worker-stalled'],
  ['rubbish', 'worker-misbehaved'],
  ['huge-frame', 'worker-misbehaved'],
  ['wrong-type', 'worker-misbehaved'],
  ['wrong-hash', 'worker-misbehaved'],
  ['no-claim', 'worker-misbehaved'],
  ['no-json', 'worker-misbehaved'],
  ['no-row', 'worker-misbehaved'],
  ['wrong-row', 'worker-misbehaved'],
  ['endless-row', 'worker-misbehaved'],
  ['unknown-problem', 'worker-misbehaved'],
  ['endless-attachment', 'worker-misbehaved'],
  ['endless-empty-frames', 'worker-misbehaved'],
  ['failed-early', 'document-too-large'],
];

for (const [deed, problem] of DEEDS) {
  void test(`a worker told to ${deed} fails its message as ${problem}, and the next message is parsed`, async () => {
    await withPool({}, async ({ run }) => {
      assert.deepEqual(await run(deed), { outcome: 'failed', problems: ['parse-failed', problem] });
      assert.equal((await run('behave')).outcome, 'parsed');
    });
  });
}

for (const [deed, problem] of [
  ['die-once', 'worker-died'],
  ['loop-once', 'worker-stalled'],
] as const) {
  void test(`the head of a message at which a worker was told to ${deed} is shown to another one, with the reason`, async () => {
    await withPool({}, async ({ pool, blobs }) => {
      const raw = Buffer.from(`${deed}\r\n${'x'.repeat(60_000)}`);
      const ingest = ingestOf(raw);
      blobs.plant(ingest.rawKey, raw);
      assert.equal(await pool.parse({ ingest }), 'failed');
      const document: unknown = JSON.parse(String(blobs.peek(parsedKeyOf(ingest))));
      assert.deepEqual(document, { problems: [problem], headOctets: raw.length });
    });
  });
}

void test('a message that needs more memory than a worker has still has a document of its header', async () => {
  const header = 'From: a@example.com\r\nSubject: Hello\r\n\r\n';
  const raw = Buffer.concat([Buffer.from(header), Buffer.alloc(30_000_000, 'Grüße ')]);
  const limits = { ...DEFAULT_PARSE_LIMITS, workerHeapMegabytes: 24 };
  await withPool({ limits, command: workerCommand(24) }, async ({ pool, blobs }) => {
    const ingest = ingestOf(raw);
    blobs.plant(ingest.rawKey, raw);
    assert.equal(await pool.parse({ ingest }), 'failed');
    const document = messageSchema.parse(JSON.parse(String(blobs.peek(parsedKeyOf(ingest)))));
    assert.deepEqual(document.problems, ['parse-failed', 'worker-died', 'date-missing']);
    assert.deepEqual([document.subject, document.from[0]?.email], ['Hello', 'a@example.com']);
    assert.equal(document.ingest.sha256, ingest.sha256);
    assert.equal(document.text, null);
  });
});

void test('a worker that answers with an attachment when only the header is asked for is not believed', async () => {
  await withPool({}, async ({ run, blobs }) => {
    assert.deepEqual(await run('attach-second'), {
      outcome: 'failed',
      problems: ['parse-failed', 'worker-died'],
    });
    assert.ok(blobs.writes.every((key) => key.startsWith('parsed/')));
  });
});

for (const deed of ['behave-and-die', 'behave-and-go-deaf', 'behave-and-babble']) {
  void test(`the message after a worker told to ${deed} is not blamed for it: it gets a new worker`, async () => {
    const limits = { ...LIMITS, workerStartTimeoutMs: 2000 };
    await withPool({ limits }, async ({ run }) => {
      for (const round of [1, 2, 3]) {
        assert.equal((await run(`${deed}\r\n${round}`)).outcome, 'parsed');
        assert.equal((await run(`behave\r\n${round}`)).outcome, 'parsed');
      }
    });
  });
}

void test('nothing a lying worker sent is in the archive', async () => {
  await withPool({}, async ({ run, blobs }) => {
    await run('wrong-hash');
    assert.ok(blobs.writes.every((key) => key.startsWith('parsed/')));
  });
});

void test('a slow archive is not taken for a worker that hangs', async () => {
  class SlowStore extends MemoryBlobStore {
    override async get(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
      const octets = await super.get(key);
      if (octets === undefined) return undefined;
      return (async function* () {
        await new Promise((resolve) => setTimeout(resolve, 700));
        yield* octets;
      })();
    }
  }
  const blobs = new SlowStore();
  const raw = Buffer.from('behave\r\n');
  const ingest = ingestOf(raw);
  blobs.plant(ingest.rawKey, raw);
  await withPool({ blobs }, async ({ pool }) => {
    assert.equal(await pool.parse({ ingest }), 'parsed');
  });
});

for (const [deed, outcome] of [
  ['failed-early', 'failed'],
  ['behave', 'parsed'],
] as const)
  for (const isDamaged of [false, true])
    void test(`a worker told to ${deed} before it has had all: the rest is read, for its proof${isDamaged ? ', which fails' : ''}`, async () => {
      const PIECES = 1000;
      const head = Buffer.from(`${deed}\r\n`);
      const piece = Buffer.alloc(65_536);
      const raw = Buffer.concat([head, ...Array.from({ length: PIECES }, () => piece)]);
      let pieces = 0;
      class CountingStore extends MemoryBlobStore {
        override async get(): Promise<AsyncIterable<Uint8Array>> {
          return (async function* () {
            yield head;
            for (; pieces < PIECES - 1; pieces += 1) yield piece;
            yield isDamaged ? Buffer.alloc(65_536, 1) : piece;
          })();
        }
      }
      const blobs = new CountingStore();
      await withPool({ blobs }, async ({ pool }) => {
        const parsing = pool.parse({ ingest: ingestOf(raw) });
        if (isDamaged) await assert.rejects(parsing, { code: 'ARCHIVE_CORRUPT' });
        else assert.equal(await parsing, outcome);
      });
      assert.equal(pieces, PIECES - 1);
      assert.equal(blobs.writes.length, isDamaged ? 0 : 1);
    });

void test('closing the pool in the middle of a message interrupts it, and writes no document', async () => {
  await withPool({ limits: DEFAULT_PARSE_LIMITS }, async ({ pool, blobs, run }) => {
    const running = assert.rejects(run('hang'), { code: 'INTERRUPTED' });
    const waiting = assert.rejects(run('behave'), { code: 'INTERRUPTED' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await pool.close();
    await Promise.all([running, waiting]);
    assert.deepEqual(blobs.writes, []);
  });
});

void test('that no worker can be started is an error of the installation, not of the message', async () => {
  const broken: readonly WorkerCommand[] = [
    { ...FAULTY, file: '/nonexistent/node' },
    { ...FAULTY, args: ['-e', 'process.exit(3)'] },
    { ...FAULTY, args: ['-e', 'console.log("not the protocol")'] },
    { ...FAULTY, args: ['-e', 'setTimeout(() => {}, 100000)'] },
  ];
  for (const command of broken) {
    await withPool({ command, limits: { ...LIMITS, workerStartTimeoutMs: 500 } }, async ({ blobs, run }) => {
      await assert.rejects(run('behave'), { code: 'PARSE_FAILED', scope: 'config' });
      assert.deepEqual(blobs.writes, []);
    });
  }
});

void test('a document that is there is not given up for one that only says that it failed', async () => {
  const raw = Buffer.from(`die\r\n${'x'.repeat(100)}`);
  const ingest = ingestOf(raw);
  const parsedKey = ingest.rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json');
  const octets = async function* (): AsyncGenerator<Uint8Array> {
    yield raw;
  };
  for (const [there, outcome] of [
    ['{"subject":"Hello","problems":[]}', 'kept'],
    ['{"subject":null,"problems":["parse-failed","worker-stalled"]}', 'failed'],
    ['no document', 'failed'],
  ] as const) {
    await withPool({}, async ({ pool, blobs }) => {
      blobs.plant(parsedKey, Buffer.from(there));
      assert.equal(await pool.parseOpened(ingest, octets()), outcome);
      const after = String(blobs.peek(parsedKey));
      // One that says why there is none, or nothing, gives way to one that says why today.
      if (outcome === 'kept') assert.equal(after, there);
      else assert.match(after, /worker-died/);
    });
  }
});
