// The Secrets port on one machine: an environment variable, a file, or the output of a command. Only a file can be written.
// Values never appear in an error; what a command writes to its standard error goes to the terminal, not through us.

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { parseArgsStringToArgv } from 'string-argv';
import type { SecretRef } from '../core/account.ts';
import { describeError } from '../core/errors.ts';
import type { MailferryError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { Secrets } from '../ports/access.ts';
import { replacePrivateFile } from './private-file.ts';
import { LOCAL_SECRETS, secretUnavailable, withoutLineEnd } from './secret-unavailable.ts';

const COMMAND_TIMEOUT_MS = 60_000;
const IN_AWS = 'it is kept in AWS, not on this machine';
const WRITABLE_FILE = 'make its folder one that this program may write to: a new file is put there first';

export class LocalSecrets implements Secrets {
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#environment = environment;
  }

  async get(ref: SecretRef): Promise<Secret> {
    const value = withoutLineEnd(await this.#read(ref));
    if (value === '') throw unavailable(ref, 'it is empty');
    return new Secret(value);
  }

  /**
   * Nothing is remembered: each `get` reads anew, so the value that was refused a moment ago is the one there is. And a
   * command that asks a person for the password must not ask twice.
   */
  async renew(): Promise<undefined> {
    return undefined;
  }

  /** Only files are written: a new one is its owner's alone, and takes the place of the old one at once or not at all. */
  async put(ref: SecretRef, value: Secret): Promise<'kept' | 'unwritable'> {
    switch (ref.store) {
      case 'env':
      case 'command':
        return 'unwritable';
      case 'file':
        try {
          await replacePrivateFile(ref.locator, `${value.reveal()}\n`);
          return 'kept';
        } catch (error) {
          const why = { cannotBe: 'written', why: describeError(error), retryable: true } as const;
          throw secretUnavailable(ref, { ...why, hint: WRITABLE_FILE, cause: error });
        }
      case 'secretsmanager':
      case 'ssm':
        throw unavailable(ref, IN_AWS);
    }
  }

  async #read(ref: SecretRef): Promise<string> {
    switch (ref.store) {
      case 'env': {
        const value = this.#environment[ref.locator];
        if (value === undefined) throw unavailable(ref, 'the environment variable is not set');
        return value;
      }
      case 'file':
        try {
          return await readFile(ref.locator, 'utf8');
        } catch (error) {
          throw unavailable(ref, describeError(error), error);
        }
      case 'command':
        return await outputOf(ref);
      case 'secretsmanager':
      case 'ssm':
        throw unavailable(ref, IN_AWS);
    }
  }
}

/** Runs the command without a shell; quotes group words. */
async function outputOf(ref: SecretRef): Promise<string> {
  const [program, ...args] = parseArgsStringToArgv(ref.locator);
  if (!program) throw unavailable(ref, 'no command is given');
  return await new Promise<string>((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['inherit', 'pipe', 'inherit'] });
    // Our own timer: that of `spawn` outlives a program that could not be started.
    const timer = setTimeout(() => child.kill(), COMMAND_TIMEOUT_MS);
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(unavailable(ref, describeError(error), error));
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(output).toString('utf8'));
      else reject(unavailable(ref, `the command ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

function unavailable(ref: SecretRef, why: string, cause?: unknown): MailferryError {
  return secretUnavailable(ref, { why, hint: LOCAL_SECRETS, retryable: true, cause });
}
