// The bundled parse function as it would run: alone in its folder, against an S3 server, with the process that takes mail apart.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CreateBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { bundleFunctions } from '../../functions/bundle.ts';
import { VARIABLES } from '../../functions/environment.ts';
import { S3BlobStore } from '../../lib/adapters/s3-blob-store.ts';
import { toMetadata } from '../../lib/core/ingest-metadata.ts';
import type { IngestFacts } from '../../lib/core/message/document.ts';
import { HTML, ingestOf, multipart, parsed, TEXT, TOP } from '../parse/parsed.ts';
import { blobOf } from '../support/memory-blob-store.ts';
import { invokeBundle } from './invoke-bundle.ts';
import type { Invocations, InvokePlan } from './invoke-bundle.ts';
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
    Array.from({ length: 5000 }, () => ['', 'x']),
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
    const { answers } = await invoke([stored.map(({ ingest }) => ingest.rawKey)]);
    assert.deepEqual(answers, [{ batchItemFailures: [] }]);
    for (const [index, { ingest, lines }] of stored.entries()) {
      const json = await documentOf(ingest);
      assert.equal(json.includes('parts-too-many'), lines === BOMB, `message ${index}`);
      assert.equal(json, `${JSON.stringify((await parsed(lines)).document)}\n`, `message ${index}`);
    }
  },
);

test(
  'a message costs one GET, and one PUT for its document; a batch one more for its rows',
  { skip },
  async () => {
    const stored = [await store(messageOf('cost one')), await store(messageOf('cost two'))];
    const before = proxy.seen.length;
    await invoke([stored.map(({ ingest }) => ingest.rawKey)]);
    assert.deepEqual(
      proxy.seen
        .slice(before)
        .map(({ method, url }) => `${method} ${url.split('/').slice(1, 3).join('/')}`)
        .sort(),
      [
        `GET ${moto.bucket}/raw`,
        `GET ${moto.bucket}/raw`,
        `PUT ${DERIVED}/catalog`,
        `PUT ${DERIVED}/parsed`,
        `PUT ${DERIVED}/parsed`,
      ],
    );
  },
);

test('what is missing or foreign goes back to the queue by itself', { skip }, async () => {
  const { ingest } = await store(messageOf('among others'));
  const gone = ingest.rawKey.replace(ingest.sha256, '0'.repeat(64));
  await moto.plant('raw/foreign.eml', Buffer.from('x'));
  const { answers } = await invoke([[gone, ingest.rawKey, 'raw/foreign.eml']]);
  assert.deepEqual(answers, [{ batchItemFailures: [{ itemIdentifier: '0' }, { itemIdentifier: '2' }] }]);
});

const NO_PROC = skip === false && !existsSync('/proc/self/environ') ? 'no /proc here' : skip;

test(
  'the process that parses has no environment, reads its own folder only, and is kept for the next invocation',
  { skip: NO_PROC },
  async () => {
    const stored = [await store(messageOf('one')), await store(messageOf('two'))];
    for (const [more, environ] of [
      [{}, ''],
      [{ LD_LIBRARY_PATH: '/nowhere' }, 'LD_LIBRARY_PATH=/nowhere\0'],
    ] as const) {
      const { workers } = await invoke(
        stored.map(({ ingest }) => [ingest.rawKey]),
        more,
      );
      const [[before] = [], [later] = []] = workers;
      assert.ok(before !== undefined && later !== undefined);
      assert.equal(before.environ, environ);
      assert.equal(later.pid, before.pid);
      const flags = before.cmdline.split('\0').filter((flag) => /^--(allow|permission)/.test(flag));
      assert.deepEqual(flags, ['--permission', `--allow-fs-read=${join(folder, 'made/parse')}/`]);
    }
  },
);

test(
  'a worker that was killed while all was frozen costs no message its document',
  { skip: NO_PROC },
  async () => {
    const stored = [await store(messageOf('three')), await store(messageOf('four'))];
    const { answers, workers } = await invoke(
      stored.map(({ ingest }) => [ingest.rawKey]),
      {},
      async (frozen) => {
        for (const { pid } of frozen) process.kill(pid, 'SIGKILL');
        await new Promise((wake) => setTimeout(wake, 200));
      },
    );
    assert.deepEqual(answers, [{ batchItemFailures: [] }, { batchItemFailures: [] }]);
    for (const { ingest } of stored) {
      assert.match(await documentOf(ingest), /"subject":"(three|four)".*"problems":\[\]/);
    }
    assert.notEqual(workers[0]?.[0]?.pid, workers[1]?.[0]?.pid);
  },
);

function messageOf(subject: string): readonly string[] {
  return [...TOP, `Subject: ${subject}`, '', 'x'];
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

async function documentOf({ rawKey }: IngestFacts): Promise<string> {
  const Key = rawKey.replace('raw/', 'parsed/v1/').replace('.eml', '.json');
  const { Body } = await moto.client.send(new GetObjectCommand({ Bucket: DERIVED, Key }));
  return (await Body?.transformToString()) ?? '';
}

async function invoke(
  batches: readonly (readonly string[])[],
  environment: Readonly<Record<string, string>> = {},
  whileFrozen: InvokePlan['whileFrozen'] = async () => undefined,
): Promise<Invocations> {
  return await invokeBundle({
    folder: join(folder, 'made/parse'),
    bucket: moto.bucket,
    batches,
    whileFrozen,
    environment: {
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
}
