// A mailbox on this machine whose archive and ledger are in AWS, or one of them: S3 behind the strict proxy, DynamoDB, and the
// built command line with the environment that leads it there and nowhere else.

import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCli } from '../support/cli.ts';
import type { CliResult } from '../support/cli.ts';
import { endpointOf, startDynalite, TABLE } from '../support/dynalite.ts';
import type { DynaliteServer } from '../support/dynalite.ts';
import { runImportOfOne } from '../support/import-run.ts';
import type { ImportResult, ReportedRun } from '../support/import-run.ts';
import { TEST_CREDENTIALS, TEST_REGION } from '../support/moto.ts';
import type { RunningMoto } from '../support/moto.ts';
import { startPop3Server } from '../support/pop3-server.ts';
import type { Pop3TestServer } from '../support/pop3-server.ts';
import type { TestMessage } from '../support/pop3-server/maildrop.ts';
import type { S3Rigs } from '../support/s3-rig.ts';
import type { S3StrictProxy } from '../support/s3-strict-proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const USER = 'ann';
export const PASSWORD = 'correct horse';
const PASSWORD_VARIABLE = 'MAILFERRY_TEST_PASSWORD';
export const DERIVED_BUCKET = 'mailferry-test-derived';

export interface CloudMailbox extends AsyncDisposable {
  readonly server: Pop3TestServer;
  readonly moto: RunningMoto;
  readonly proxy: S3StrictProxy;
  readonly dynalite: DynaliteServer;
  /** Of all objects in the bucket; ends in `/`. */
  readonly prefix: string;
  /** Of the configuration; a ledger file is `ledger.db` in it, an archive that is a folder `mail`. */
  readonly folder: string;
  /** Where the command makes its temporary files. */
  readonly temporary: string;
  readonly configFile: string;
  /** What leads the command to these servers. */
  readonly env: Readonly<Record<string, string>>;
  /** Writes the configuration anew. @param file what is not as usual in it; `account` in its one account */
  configure(file?: object, account?: object): Promise<void>;
  /** `mailferry import --json` of the one account, to its end. */
  run(...args: readonly string[]): Promise<ImportResult & { readonly run: ReportedRun }>;
  /** Any command, with the configuration named. */
  cli(...args: readonly string[]): Promise<CliResult>;
  /** The keys of all versions in the archive below the prefix, without the mailbox's own: what was written twice is there twice. */
  written(below?: string): Promise<readonly string[]>;
}

/** @param file what is not as usual in the configuration: an archive in S3, a ledger in DynamoDB */
export async function openCloudMailbox(
  rigs: S3Rigs,
  maildrop: TestMessage[],
  file: object = {},
): Promise<CloudMailbox> {
  const stack = new AsyncDisposableStack();
  try {
    const { path: folder } = stack.use(await temporaryFolder());
    const { moto, proxy, prefix } = stack.use(await rigs.open());
    const dynalite = stack.use(await startDynalite());
    const server = stack.use(await startPop3Server({ maildrop, user: USER, password: PASSWORD }));
    const temporary = join(folder, 'tmp');
    await mkdir(temporary);
    const env = { ...environmentOf(proxy, dynalite, moto, folder), TMPDIR: temporary };
    const configFile = join(folder, 'mailferry.yaml');
    const places = { server, moto, proxy, dynalite, prefix, folder, temporary, configFile, env };
    const mailbox: CloudMailbox = {
      ...places,
      ...commandsOf(configFile, env),
      configure: async (changes = {}, account = {}) => {
        const archive = `s3://${moto.bucket}/${prefix}`;
        const accounts = [{ ...accountAt(server.port), ...account }];
        const config = { archive, ledger: `dynamodb://${TABLE}`, accounts, ...changes };
        await writeFile(configFile, JSON.stringify(config, null, 2));
      },
      written: async (below = '') => {
        const keys = await moto.versions(prefix + below);
        return keys.map((key) => key.slice(prefix.length));
      },
      [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
    };
    await mailbox.configure(file);
    return mailbox;
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function commandsOf(configFile: string, env: CloudMailbox['env']): Pick<CloudMailbox, 'run' | 'cli'> {
  return {
    run: async (...args) => await runImportOfOne({ configFile, password: PASSWORD, args, env }),
    cli: async (...args) =>
      await runCli([...args, '--config', configFile], { env: { ...env, [PASSWORD_VARIABLE]: PASSWORD } }),
  };
}

/** Made once for a moto. */
export async function makeDerivedBucket({ client }: RunningMoto): Promise<void> {
  await client.send(new CreateBucketCommand({ Bucket: DERIVED_BUCKET }));
}

function accountAt(port: number): object {
  return {
    id: 'test',
    host: '127.0.0.1',
    port,
    tls: 'none',
    insecure: true,
    allowPrivateNetwork: true,
    user: USER,
    auth: { password: `env:${PASSWORD_VARIABLE}` },
  };
}

/** Nothing of this machine's profiles, and no question to a metadata service. */
function environmentOf(
  proxy: S3StrictProxy,
  dynalite: DynaliteServer,
  moto: RunningMoto,
  folder: string,
): Record<string, string> {
  return {
    AWS_REGION: TEST_REGION,
    AWS_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
    AWS_CONFIG_FILE: join(folder, 'no-profiles'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_S3: proxy.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: endpointOf(dynalite.port),
    AWS_ENDPOINT_URL_SSM: endpointOf(moto.port),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpointOf(moto.port),
  };
}
