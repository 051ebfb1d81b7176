// `mailferry import` from a test: the configuration file, the command, and its JSON report read with suspicion.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { startCli, type CliIdentity, type CliResult, type RunningCli } from './cli.ts';

/** One account of the configuration. Everything not given is right for a test server on this machine without TLS. */
export interface ConfiguredAccount {
  /** Default `test`. */
  readonly id?: string;
  readonly host?: string;
  readonly port: number;
  /** Default `none`. */
  readonly tls?: 'implicit' | 'starttls' | 'none';
  readonly caFile?: string;
  readonly user: string;
  readonly onServer?: 'keep' | 'delete' | { readonly deleteAfterDays: number };
  readonly pauseDeletions?: boolean;
  readonly limits?: Readonly<Record<string, string | number>>;
  /** Default: as the product has it. */
  readonly pipelining?: 'auto' | 'always' | 'never';
  /** How to log in; default: as the product chooses. */
  readonly method?: 'user';
}

/** One command at a time, and those of RFC 1939: for a test that cuts the line at a certain one of them. */
export const COMMAND_BY_COMMAND = { pipelining: 'never', method: 'user' } as const;

const ACCOUNT_ID = 'test';
const PASSWORD_VARIABLE = 'MAILFERRY_TEST_PASSWORD';

/**
 * Write `mailferry.yaml` into `folder` (made if absent); the archive is `mail` beside it.
 * @returns the file's path
 */
export async function writeConfig(
  folder: string,
  ...accounts: readonly ConfiguredAccount[]
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'mailferry.yaml');
  // JSON is YAML.
  await writeFile(file, JSON.stringify({ archive: './mail', accounts: accounts.map(accountEntry) }, null, 2));
  return file;
}

function accountEntry({ id = ACCOUNT_ID, tls = 'none', method, ...rest }: ConfiguredAccount): object {
  return {
    id,
    host: '127.0.0.1',
    ...rest,
    tls,
    ...(tls === 'none' ? { insecure: true } : {}),
    allowPrivateNetwork: true,
    auth: { password: `env:${PASSWORD_VARIABLE}`, ...(method && { method }) },
  };
}

export interface ImportOptions {
  readonly configFile: string;
  readonly password: string;
  readonly args?: readonly string[];
  /** Added to the environment of the command. */
  readonly env?: Readonly<Record<string, string>>;
  readonly identity?: CliIdentity | undefined;
}

const count = z.int().nonnegative();
const countsSchema = z.strictObject({
  listed: count,
  known: count,
  stored: count,
  duplicate: count,
  skipped: count,
  quarantined: count,
  failed: count,
  deferred: count,
});
const runSchema = z.object({
  account: z.string(),
  runId: z.string(),
  counts: countsSchema,
  octets: count,
  outcome: z.enum(['complete', 'partial', 'stopped']),
  errors: z.array(
    z.object({ code: z.string(), message: z.string().min(1), hint: z.string().min(1).optional() }),
  ),
  notices: z.array(z.object({ code: z.string(), message: z.string().min(1) })),
  deletions: z.object({
    outcome: z.enum(['none', 'off', 'refused', 'committed', 'unknown']),
    entries: z.array(z.object({ sha256: z.string(), dele: z.enum(['ok', 'refused']) })),
  }),
});
const reportSchema = z.object({ runs: z.array(runSchema) });

export type ReportedCounts = z.infer<typeof countsSchema>;
export type ReportedRun = z.infer<typeof runSchema>;

export interface ImportResult extends CliResult {
  readonly runs: readonly ReportedRun[];
}

/** Start `mailferry import --json`. */
export function startImport({
  configFile,
  password,
  args = [],
  env: more = {},
  identity,
}: ImportOptions): RunningCli {
  const env = { ...more, [PASSWORD_VARIABLE]: password };
  return startCli(['import', '--config', configFile, '--json', ...args], { env, identity });
}

/**
 * Run `mailferry import --json` to its end.
 * @throws when stdout is not exactly one report
 */
export async function runImport(options: ImportOptions): Promise<ImportResult> {
  const result = await startImport(options).result;
  return { ...result, runs: parseReport(result) };
}

/** The same for a configuration of one account: its one run. */
export async function runImportOfOne(
  options: ImportOptions,
): Promise<ImportResult & { readonly run: ReportedRun }> {
  const result = await runImport(options);
  const [run, ...others] = result.runs;
  if (run === undefined || others.length > 0) throw unexpected(result, `${result.runs.length} runs reported`);
  return { ...result, run };
}

function parseReport(result: CliResult): readonly ReportedRun[] {
  try {
    return reportSchema.parse(JSON.parse(result.stdout)).runs;
  } catch (error) {
    throw unexpected(result, String(error));
  }
}

function unexpected(result: CliResult, what: string): Error {
  return new Error(
    `${what}\nexit code ${result.exitCode}, signal ${result.signal}\nstdout: ${result.stdout}\nstderr: ${result.stderr}`,
  );
}
