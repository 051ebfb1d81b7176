// One moto, the S3 server of the tests, on a free port of 127.0.0.1, with an empty bucket. Never outlives the process that
// started it. It takes any signature, and any checksum without looking: a strict proxy stands before it (s3-strict-proxy).

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { createS3Client } from '../../lib/adapters/s3-client.ts';
import { motoPython, PYTHON } from './moto-presence.ts';

export interface RunningMoto extends AsyncDisposable {
  readonly port: number;
  /** Made with versioning, so that nothing written over is out of sight. */
  readonly bucket: string;
  /** Straight to moto, past every proxy: for looking behind the adapter's back. */
  readonly client: S3Client;
  /** Puts octets there without a SHA-256, as other programs do; `more` adds to the request or changes it. */
  plant(key: string, octets: Uint8Array, more?: Partial<PutObjectCommandInput>): Promise<void>;
  /** What is under the key now. */
  peek(key: string): Promise<Buffer>;
  /** The key of every version below the prefix, in order: a key written twice is there twice. At most 1,000. */
  versions(prefix: string): Promise<readonly string[]>;
}

/** For tests: moto believes every one. */
export const TEST_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const;
export const TEST_REGION = 'us-east-1';
const BUCKET = 'mailferry-test';
const START_TIMEOUT_MS = 30_000;

/** The caller owns the server. @throws Error with the server's own words when it does not start */
export async function startMoto(): Promise<RunningMoto> {
  const child = spawnMoto();
  try {
    const port = await portOf(child);
    const client = createS3Client({
      endpoint: `http://127.0.0.1:${port}`,
      region: TEST_REGION,
      credentials: TEST_CREDENTIALS,
    });
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await client.send(
      new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    return runningMoto(child, port, client);
  } catch (error) {
    await stop(child);
    throw error;
  }
}

function runningMoto(child: ChildProcess, port: number, client: S3Client): RunningMoto {
  return {
    port,
    bucket: BUCKET,
    client,
    plant: async (key, octets, more) => {
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: octets, ...more }));
    },
    peek: async (key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    versions: async (prefix) => {
      const command = new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: prefix });
      const { Versions = [], IsTruncated } = await client.send(command);
      if (IsTruncated === true) throw new Error(`there are too many versions below ${prefix} for one answer`);
      return Versions.map(({ Key }) => Key ?? '').sort();
    },
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await stop(child);
    },
  };
}

function spawnMoto(): ChildProcess {
  const { args, env } = motoPython();
  const server = [PYTHON, ...args, '-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'];
  // setpriv has the kernel end the server should this process be killed before it can.
  const command = existsSync('/usr/bin/setpriv')
    ? ['/usr/bin/setpriv', '--pdeathsig=KILL', ...server]
    : server;
  const child = spawn(command[0] ?? PYTHON, command.slice(1), { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  child.once('exit', () => process.removeListener('exit', killNow));
  return child;
}

/** The kernel chooses the port and moto says which. What it says afterwards is read and dropped, or it would stand still. */
async function portOf(child: ChildProcess): Promise<number> {
  let said = '';
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (why: string): void => reject(new Error(`moto did not start (${why}): ${said.trim()}`));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4096);
      const port = /Running on http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  }
  child.once('error', (error) => fail(error.message));
  child.once('exit', (code) => fail(`it ended with ${code}`));
  const patience = setTimeout(() => fail(`it was silent for ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(patience);
  }
}

/** By force: it keeps nothing. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
