// Whether this machine can run the functions as Lambda does (AWS's own runtime client, compiled), and in words why not.
// Never fetches or compiles anything: the runner does that.

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export const LAMBDA_CLIENT_PACKAGE = 'aws-lambda-ric';
export const LAMBDA_CLIENT_VERSION = '4.0.2';

/** The Node that the functions run under: the project's own, of the version that Lambda has. */
export const LAMBDA_NODE = resolve(import.meta.dirname, '../../node_modules/.bin/node');

/** Where the runner puts the compiled client: its program, its native part, its licence; nothing of how it was made. */
export const LAMBDA_CLIENT_FOLDER = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'mailferry-test',
  `lambda-ric-${LAMBDA_CLIENT_VERSION}-node24`,
);

/** What Lambda starts, with the Node above. */
export const LAMBDA_CLIENT_PROGRAM = join(LAMBDA_CLIENT_FOLDER, 'index.mjs');

/** Written last. */
export const LAMBDA_CLIENT_MARKER = 'complete';

/** Set by the runner to `present` or `absent:<reason>`, so that every test file gives the same answer. */
export const LAMBDA_CLIENT_VARIABLE = 'MAILFERRY_LAMBDA_CLIENT';

/** Skip reasons that begin with this are failures under MAILFERRY_REQUIRE_INTEROP=1. */
export const NO_LAMBDA_CLIENT = 'no Lambda runtime client: ';

/** For `{ skip }`: `false` where the client is there, else the reason. */
export function lambdaClientSkip(): string | false {
  const told = process.env[LAMBDA_CLIENT_VARIABLE];
  if (told === 'present') return false;
  if (told?.startsWith('absent:') === true) return NO_LAMBDA_CLIENT + told.slice('absent:'.length);
  const lack = findLambdaClientLack();
  return lack === undefined ? false : NO_LAMBDA_CLIENT + lack;
}

/** What is missing on this machine, or `undefined` when nothing is. */
export function findLambdaClientLack(): string | undefined {
  if (process.platform !== 'linux') return 'it runs on Linux only';
  if (!existsSync(LAMBDA_NODE)) return 'node_modules is not installed';
  return existsSync(join(LAMBDA_CLIENT_FOLDER, LAMBDA_CLIENT_MARKER))
    ? undefined
    : `${LAMBDA_CLIENT_PACKAGE} is not in ${LAMBDA_CLIENT_FOLDER}`;
}
