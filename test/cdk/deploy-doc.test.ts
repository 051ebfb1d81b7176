// docs/deploy.md against what it is about: a name that changed, or came new, has to be told there too.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DEFAULTS } from '../../cdk/app-context.ts';
import { plainId, synthesize } from './synthesized.ts';

const DOC = readFileSync('docs/deploy.md', 'utf8');

/** What stands in backquotes in the first column of the tables below a heading. */
function namesBelow(heading: string): string[] {
  const section = DOC.slice(DOC.indexOf(`# ${heading}\n`)).split(/\n#+ /, 1)[0] ?? '';
  const firsts = [...section.matchAll(/^\| ([^|]*`[^|]*)\|/gm)].map(([, cell = '']) => cell);
  return firsts.flatMap((cell) => [...cell.matchAll(/`(\w+)/g)].map(([, name = '']) => name));
}

test('every alarm is explained, and no other', () => {
  using stack = synthesize({ parserNetwork: 'open' });
  const alarms = stack
    .ofType('AWS::CloudWatch::Alarm')
    .map(([id]) => plainId(id).replace('ImporterAlarms', ''));
  assert.deepEqual(
    namesBelow('Alarms')
      .filter((name) => /^[A-Z]/.test(name))
      .sort(),
    alarms.sort(),
  );
});

test('everything the command line can choose is told, and nothing else', () => {
  const told = namesBelow('What can be chosen').filter((name) => name !== 'name');
  assert.deepEqual(told.sort(), Object.keys(DEFAULTS).sort());
});

test('what is linked is there', () => {
  for (const [, path = ''] of DOC.matchAll(/\]\(([^)#]+)\)/g)) {
    if (!path.startsWith('http'))
      assert.ok(readFileSync(new URL(path, new URL('../../docs/', import.meta.url))), path);
  }
});
