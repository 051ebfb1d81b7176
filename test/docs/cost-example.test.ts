// What docs/deploy.md says that it costs is what the command says: each block below a `mailferry estimate` is part of its output.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { addEstimateCommand } from '../../lib/cli/estimate.ts';

const DOCUMENT = readFileSync(resolve(import.meta.dirname, '../../docs/deploy.md'), 'utf8');
const EXAMPLE = /```sh\n(mailferry estimate [^`]*)```\n+```text\n([^`]*)```/g;

/** What the command prints of itself, without a process of its own. */
async function say(args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const { log } = console;
  console.log = (text: string) => void lines.push(text);
  try {
    const program = new Command();
    addEstimateCommand(program);
    await program.parseAsync([...args], { from: 'user' });
  } finally {
    console.log = log;
  }
  return lines.join('\n');
}

test('every estimate of the document is what the command says', async () => {
  const examples = [...DOCUMENT.matchAll(EXAMPLE)];
  assert.equal(examples.length, 3);
  for (const [, command = '', block = ''] of examples) {
    const args = command.replaceAll('\\\n', ' ').trim().split(/\s+/).slice(1);
    const said = await say(args);
    assert.ok(said.includes(block.trimEnd()), `${command}says now:\n${said}`);
    assert.equal(process.exitCode, 0);
  }
});
