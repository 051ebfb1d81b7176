// What Lambda is given: small, whole, the same wherever it was made, and quick to load.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { bundle, bundleFunctions, codeOctets } from '../../functions/bundle.ts';
import type { Bundle } from '../../functions/bundle.ts';
import { VARIABLES } from '../../functions/environment.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MEGABYTE = 1024 * 1024;
const LIMITS_OCTETS = {
  accounts: MEGABYTE,
  dispatch: MEGABYTE,
  fetch: MEGABYTE,
  parse: 2 * MEGABYTE,
} as const;

let folder: string;
let bundles: ReadonlyMap<string, Bundle>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailferry-bundles-'));
  bundles = new Map((await bundleFunctions(join(folder, 'made'))).map((made) => [made.name, made]));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

function bundleOf(name: string): Bundle {
  return bundles.get(name) ?? assert.fail(`there is no bundle ${name}`);
}

test('there is a bundle for every function', () => {
  assert.deepEqual([...bundles.keys()].sort(), Object.keys(LIMITS_OCTETS));
});

for (const [name, limit] of Object.entries(LIMITS_OCTETS)) {
  test(`${name} keeps to its budget`, (t) => {
    const octets = codeOctets(bundleOf(name));
    t.diagnostic(`${name}: ${octets} octets of ${limit}; ${largest(bundleOf(name))}`);
    assert.ok(octets <= limit, `${octets} octets, and ${limit} are allowed`);
  });
}

test('of the SDK there is what is used, once: its ES modules, and none of the CommonJS ones', () => {
  for (const { name, metafile } of bundles.values()) {
    const inputs = Object.keys(metafile.inputs);
    assert.ok(inputs.some((path) => path.includes('node_modules/@aws-sdk/')) || name === 'accounts');
    assert.deepEqual(
      inputs.filter((path) => /node_modules\/@(aws-sdk|smithy)\/.*\/dist-cjs\//.test(path)),
      [],
    );
  }
});

test('the parser of mail is in the process that has nothing else, and the SDK is not there', () => {
  const of = (file: string): string[] => {
    const { outputs } = bundleOf('parse').metafile;
    const [, output] = Object.entries(outputs).find(([path]) => path.endsWith(file)) ?? assert.fail(file);
    return Object.keys(output.inputs);
  };
  const isParser = (path: string): boolean => /node_modules\/(mailparser\/dist|@zone-eu|libmime)/.test(path);
  assert.ok(of('parse/worker.mjs').some(isParser));
  assert.ok(!of('parse/index.mjs').some(isParser));
  assert.ok(!of('parse/worker.mjs').some((path) => /node_modules\/@(aws|smithy)/.test(path)));
  for (const name of ['fetch', 'dispatch']) {
    assert.ok(!Object.keys(bundleOf(name).metafile.inputs).some(isParser), name);
  }
});

test('a bundle is the same whenever it is made, names no path of this machine, and has the licences with it', async () => {
  const again = join(folder, 'again');
  await bundleFunctions(again);
  for (const { name, folder: made } of bundles.values()) {
    const files = (await readdir(made)).sort();
    assert.deepEqual((await readdir(join(again, name))).sort(), files);
    for (const file of files) {
      const text = await readFile(join(made, file), 'utf8');
      assert.ok(!text.includes(ROOT), `${name}/${file} names ${ROOT}`);
      assert.equal(await readFile(join(again, name, file), 'utf8'), text, `${name}/${file}`);
    }
    const licenses = await readFile(join(made, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    assert.match(licenses, /@aws-sdk\/core \d+\.\d+\.\d+[\s\S]*Apache License/);
    assert.ok(!files.some((file) => file.endsWith('.map')));
  }
});

test('a folder alone is enough: every bundle loads where there are no packages, without the function it is for', () => {
  const expected = {
    accounts: ['handler'],
    dispatch: ['handler'],
    fetch: ['drain', 'poll'],
    parse: ['handler'],
  };
  for (const [name, exported] of Object.entries(expected)) {
    const { status, stdout, stderr } = runNode(
      `console.log(Object.keys(await import('${indexOf(bundleOf(name).folder)}')).sort().join())`,
    );
    assert.equal(status, 0, `${name}: ${stderr}`);
    assert.equal(stdout.trim(), exported.join(), name);
  }
});

const RUNS_A_ROUND = 17;
/** A busy machine makes the figures uncertain: when they are above the budget more are taken, before they are believed. */
const ROUNDS = 4;
const BUDGET_RATIO = 1.3;
/** The budget is a figure to look at. Only what no noise explains is a failure: something heavy is loaded that was not. */
const MOST_RATIO = 1.5;

test('fetch loads hardly slower than what S3 and DynamoDB need at least', async (t) => {
  const source = join(ROOT, 'test/support/clients-only.ts');
  const { folder: clients } = await bundle('clients', [{ name: 'index', source }], join(folder, 'clients'));
  const fetch = bundleOf('fetch').folder;
  const ofFetch: number[] = [];
  const ofClients: number[] = [];
  let ratio = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && ratio > BUDGET_RATIO; round += 1) {
    for (let run = 0; run < RUNS_A_ROUND; run += 1) {
      ofFetch.push(importCpuMs(fetch));
      ofClients.push(importCpuMs(clients));
    }
    ratio = median(ofFetch) / median(ofClients);
    t.diagnostic(
      `CPU time of the import, medians of ${ofFetch.length}: fetch ${median(ofFetch).toFixed(1)} ms, ` +
        `clients ${median(ofClients).toFixed(1)} ms, ratio ${ratio.toFixed(3)} (budget ${BUDGET_RATIO})`,
    );
  }
  assert.ok(ratio <= MOST_RATIO, `${ratio}, and ${BUDGET_RATIO} is the budget`);
});

/**
 * User and system time of a new process for one import: what others do on this machine is not in it. Lambda's runtime has
 * written to the standard output before, and so opened it, which takes a while.
 */
function importCpuMs(made: string): number {
  const { status, stdout, stderr } = runNode(`
    process.stdout.write('');
    const before = process.cpuUsage();
    await import('${indexOf(made)}');
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);`);
  assert.equal(status, 0, stderr);
  return Number(stdout);
}

const SETTINGS = Object.fromEntries(
  Object.values(VARIABLES).map((name) => [name, name.endsWith('_URL') ? 'http://127.0.0.1:9/1/queue' : '60']),
);

function runNode(code: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    cwd: folder,
    // As the stack sets it: some read their settings while they load. None calls anybody before it is called.
    env: { AWS_REGION: 'us-east-1', ...SETTINGS },
  });
}

function indexOf(made: string): string {
  return pathToFileURL(join(made, 'index.mjs')).href;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** What the largest packages come to. */
function largest({ metafile }: Bundle): string {
  const octets = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'mailferry';
      octets.set(name, (octets.get(name) ?? 0) + bytesInOutput);
    }
  }
  const ordered = [...octets].sort(([, a], [, b]) => b - a).slice(0, 6);
  return ordered.map(([name, size]) => `${name} ${Math.round(size / 1024)} KB`).join(', ');
}
