// The bundled parse function as it would run: alone in its folder, against an S3 server, with the process that takes mail apart.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { CreateBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { bundleFunctions } from '../../functions/bundle.ts';
import { VARIABLES } from '../../functions/environment.ts';
import { S3BlobStore } from '../../lib/adapters/s3-blob-store.ts';
import { toMetadata } from '../../lib/core/ingest-metadata.ts';
import type { IngestFacts } from '../../lib/core/message/document.ts';
import { s3Record } from '../functions/parse/parse-rig.ts';
import { HTML, ingestOf, multipart, parsed, TEXT, TOP } from '../parse/parsed.ts';
import { blobOf, collect } from '../support/memory-blob-store.ts';
import { motoSkip } from '../support/moto-presence.ts';
import { startMoto, TEST_CREDENTIALS, TEST_REGION } from '../support/moto.ts';
import type { RunningMoto } from '../support/moto.ts';
import { startS3StrictProxy } from '../support/s3-strict-proxy.ts';
import type { S3StrictProxy } from '../support/s3-strict-proxy.ts';

const skip = motoSkip();
const DERIVED = 'derived-bucket';

let folder: string;
let moto: RunningMoto;
let proxy: S3StrictProxy;
before(async () => {
  if (skip !== false) return;
  folder = await mkdtemp(join(tmpdir(), 'mailferry-parse-bundle-'));
  await bundleFunctions(join(folder, 'made'));
  moto = await startMoto();
  await moto.client.send(new CreateBucketCommand({ Bucket: DERIVED }));
  proxy = await startS3StrictProxy(moto.port);
});
after(async () => {
  if (skip !== false) return;
  await proxy[Symbol.asyncDispose]();
  await moto[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const BOMB = [
  ...TOP,
  ...multipart(
    'mixed',
    Array.from({ length: 5000 }, () => ['Content-Type: a/b', '', 'x']),
  ),
];
const MESSAGES: readonly (readonly string[])[] = [
  [...TOP, 'Subject: links', '', 'See http://example.com, www.example.org and ann@example.com @ann'],
  [...TOP, 'Subject: html', 'Content-Type: text/html', '', '<p>one<a href="http://example.com">two</a>'],
  [...TOP, 'Subject: both', ...multipart('alternative', [TEXT, HTML])],
  [...TOP, 'To: =?iso-2022-jp?B?GyRCJUYlOSVIGyhC?= <b@example.com>', 'Subject: odd', '', ''],
  [
    ...TOP,
    ...multipart('mixed', [
      HTML,
      ['Content-Type: message/rfc822', '', 'Subject: inner', '', 'x'],
      ['Content-Type: application/zip', 'Content-Transfer-Encoding: base64', '', 'AAECAw=='],
    ]),
  ],
];

test(
  'messages become the documents that the source makes of them, and a bomb one that says so',
  { skip },
  async () => {
    const stored = await Promise.all([...MESSAGES, BOMB].map(async (lines) => await store(lines)));
    const answers = await invoke(stored.map(({ ingest }) => ingest.rawKey));
    assert.deepEqual(answers, [{ batchItemFailures: [] }]);
    for (const [index, { ingest, lines }] of stored.entries()) {
      const json = await derived(ingest.rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json'));
      if (lines === BOMB) assert.match(json, /"problems":\["parse-failed","parts-too-many"\]/);
      else assert.equal(json, `${JSON.stringify((await parsed(lines)).document)}\n`, `message ${index}`);
    }
  },
);

test('a message costs one GET, and one PUT for its document', { skip }, async () => {
  const { ingest } = await store([...TOP, 'Subject: cost', '', 'x']);
  const before = proxy.seen.length;
  await invoke([ingest.rawKey]);
  assert.deepEqual(
    proxy.seen.slice(before).map(({ method, url }) => `${method} ${url.split(/[/?]/)[1]}`),
    [`GET ${moto.bucket}`, `PUT ${DERIVED}`],
  );
});

test('what is missing or foreign goes back to the queue by itself', { skip }, async () => {
  const { ingest } = await store([...TOP, 'Subject: among others', '', 'x']);
  const gone = ingest.rawKey.replace(ingest.sha256, '0'.repeat(64));
  await moto.plant('raw/foreign.eml', Buffer.from('x'));
  assert.deepEqual(await invoke([gone, ingest.rawKey, 'raw/foreign.eml']), [
    { batchItemFailures: [{ itemIdentifier: '0' }, { itemIdentifier: '2' }] },
  ]);
});

const NO_PROC = skip === false && !existsSync('/proc/self/environ') ? 'no /proc here' : skip;

test(
  'the process that parses has no environment, reads its own folder only, and is kept for the next invocation',
  { skip: NO_PROC },
  async () => {
    const [first, second] = [
      await store([...TOP, 'Subject: one', '', 'x']),
      await store([...TOP, 'Subject: two', '', 'x']),
    ];
    const report = { LD_LIBRARY_PATH: '/nowhere' };
    for (const [more, environment] of [
      [{}, ''],
      [report, 'LD_LIBRARY_PATH=/nowhere\0'],
    ] as const) {
      const workers: Worker[] = [];
      await invoke([first.ingest.rawKey], [second.ingest.rawKey], more, workers);
      const [before, later] = workers;
      assert.ok(before !== undefined && later !== undefined);
      assert.equal(before.environ, environment);
      assert.equal(later.pid, before.pid);
      const flags = before.cmdline.split('\0').filter((flag) => flag.startsWith('--'));
      assert.deepEqual(
        flags.filter((flag) => flag.startsWith('--allow') || flag === '--permission'),
        ['--permission', `--allow-fs-read=${join(folder, 'made/parse')}/`],
      );
    }
  },
);

interface Worker {
  readonly pid: number;
  readonly environ: string;
  readonly cmdline: string;
}

/** Puts a message into the raw bucket as an import does. */
async function store(lines: readonly string[]): Promise<{ ingest: IngestFacts; lines: readonly string[] }> {
  const raw = Buffer.from(lines.join('\r\n'));
  const ingest = ingestOf(raw);
  const metadata = toMetadata({ ingest, listedOctets: raw.length, headerSha256: undefined });
  const blobs = new S3BlobStore({ client: moto.client, bucket: moto.bucket });
  await blobs.put(ingest.rawKey, blobOf(raw), { metadata });
  return { ingest, lines };
}

async function derived(key: string): Promise<string> {
  const { Body } = await moto.client.send(new GetObjectCommand({ Bucket: DERIVED, Key: key }));
  return (await Body?.transformToString()) ?? '';
}

const RUNNER = `
  import { readdirSync, readFileSync } from 'node:fs';
  const { index, events } = JSON.parse(process.env.PLAN);
  const { handler } = await import(index);
  const workers = () => readdirSync('/proc/self/task')
    .flatMap((task) => readFileSync('/proc/self/task/' + task + '/children', 'utf8').trim().split(' '))
    .filter((pid) => pid !== '')
    .map((pid) => ({
      pid: Number(pid),
      environ: readFileSync('/proc/' + pid + '/environ', 'latin1'),
      cmdline: readFileSync('/proc/' + pid + '/cmdline', 'latin1'),
    }));
  const answers = [];
  for (const event of events) {
    const answer = await handler(event, { memoryLimitInMB: '512', getRemainingTimeInMillis: () => 300_000 });
    answers.push({ answer, workers: process.platform === 'linux' ? workers() : [] });
  }
  process.stdout.write('\\nANSWERS ' + JSON.stringify(answers) + '\\n', () => process.exit(0));`;

/** One process, one invocation for each list of keys. @returns what the handler answered */
async function invoke(
  keys: readonly string[],
  more: readonly string[] = [],
  environment: NodeJS.ProcessEnv = {},
  workers: Worker[] = [],
): Promise<unknown[]> {
  const events = [keys, more]
    .filter(({ length }) => length > 0)
    .map((batch) => ({
      Records: batch.map((key, index) => ({ messageId: String(index), body: notice(key) })),
    }));
  const index = pathToFileURL(join(folder, 'made/parse/index.mjs')).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', RUNNER], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PLAN: JSON.stringify({ index, events }),
      TMPDIR: folder,
      AWS_REGION: TEST_REGION,
      AWS_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_S3: proxy.endpoint,
      [VARIABLES.rawBucket]: moto.bucket,
      [VARIABLES.derivedBucket]: DERIVED,
      ...environment,
    },
  });
  try {
    const printed = String(await collect(child.stdout));
    const line = /^ANSWERS (.*)$/m.exec(printed)?.[1] ?? assert.fail(`no answer: ${printed}`);
    const answers = JSON.parse(line) as { answer: unknown; workers: Worker[] }[];
    workers.push(...answers.flatMap((answer) => answer.workers));
    return answers.map(({ answer }) => answer);
  } finally {
    child.kill('SIGKILL');
  }
}

function notice(key: string): string {
  const record = s3Record(key);
  (record['s3'] as { bucket: { name: string } }).bucket.name = moto.bucket;
  return JSON.stringify({ Records: [record] });
}
