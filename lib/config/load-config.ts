// Reads mailferry.yaml (YAML, so JSON too). Every problem is reported at once: path, value, what is allowed.

import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import type * as z from 'zod';
import { describeError, MailferryError } from '../core/errors.ts';
import { toConfig } from './config.ts';
import type { Config } from './config.ts';
import { configSchema } from './schema.ts';

/** @throws CONFIG_UNREADABLE, CONFIG_INVALID */
export function loadConfig(path: string): Config {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new MailferryError(`the configuration file ${path} cannot be read: ${describeError(error)}`, {
      code: 'CONFIG_UNREADABLE',
      scope: 'config',
      retryable: false,
      hint: 'name the file with --config, or write a new one with: mailferry init',
      cause: error,
    });
  }
  return parseConfig(text, path);
}

/** @param path where the text came from: for messages, and as the start of relative paths in it. @throws CONFIG_INVALID */
export function parseConfig(text: string, path: string): Config {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0)
    throw invalid(
      path,
      document.errors.map(({ message }) => message.trimEnd()),
    );
  // Code made for the schema pays when it is used often: one document is read faster without.
  const parsed = configSchema.safeParse(document.toJS(), { reportInput: true, jitless: true });
  if (!parsed.success) throw invalid(path, parsed.error.issues.flatMap(describeIssue));
  return toConfig(parsed.data, path);
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${pathOf([...issue.path, key])}: there is no such key here`);
  }
  return [`${pathOf(issue.path)}: ${issue.message}, got ${describeValue(issue)}`];
}

/** Where a person may have written a secret in place of a reference to one, or a proxy's password into its URL. */
const SECRETIVE_KEYS: readonly PropertyKey[] = ['auth', 'clientCertificate', 'proxy'];

/** A secret written where a reference belongs is not repeated on the screen or in a log. */
function describeValue({ path, input }: z.core.$ZodIssue): string {
  if (input === undefined) return 'nothing';
  if (path.some((key) => SECRETIVE_KEYS.includes(key))) return 'something else (not shown)';
  const shown = JSON.stringify(input) ?? typeof input;
  return shown.length > 80 ? `${shown.slice(0, 80)}...` : shown;
}

function pathOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file';
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

function invalid(path: string, problems: readonly string[]): MailferryError {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return new MailferryError(
    `${path} has ${count}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    {
      code: 'CONFIG_INVALID',
      scope: 'config',
      retryable: false,
    },
  );
}
