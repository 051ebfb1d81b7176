// The body decoder against un-stuffing written the slow, obvious way: split into lines, stop at the lone dot.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { BodyDecoder } from '../../lib/core/pop3/body-decoder.ts';
import type { LineEnds } from '../../lib/core/pop3/body-decoder.ts';
import { cutAt, cuts, runs, serverOctets } from './server-octets.ts';

interface Body {
  readonly message: string;
  readonly ended: boolean;
  readonly rest: string;
}

/** One character per octet. What may still become the end is not part of the message yet. */
function reference(wire: string, lineEnds: LineEnds): Body {
  const lineEnd = lineEnds === 'crlf' ? '\r\n' : '\n';
  const lines = wire.split(lineEnd);
  const unfinished = lines.pop() ?? '';
  const message: string[] = [];
  for (const [index, line] of lines.entries()) {
    const isEnd = line === '.' || (lineEnds === 'lf' && line === '.\r');
    if (isEnd)
      return {
        message: message.join(''),
        ended: true,
        rest: [...lines.slice(index + 1), unfinished].join(lineEnd),
      };
    message.push(unstuffed(line) + lineEnd);
  }
  const isHeld = unfinished === '.' || unfinished === '.\r';
  return { message: message.join('') + (isHeld ? '' : unstuffed(unfinished)), ended: false, rest: '' };
}

function unstuffed(line: string): string {
  return line.startsWith('..') ? line.slice(1) : line;
}

function decode(chunks: readonly Buffer[], lineEnds: LineEnds): Body {
  const decoder = new BodyDecoder(lineEnds);
  let message = '';
  for (const [index, chunk] of chunks.entries()) {
    const { octets, ended, rest } = decoder.push(chunk);
    message += octets.map((piece) => Buffer.from(piece).toString('latin1')).join('');
    if (ended) {
      const after = Buffer.concat([rest, ...chunks.slice(index + 1)]).toString('latin1');
      return { message, ended, rest: after };
    }
    assert.equal(rest.length, 0);
  }
  return { message, ended: false, rest: '' };
}

for (const lineEnds of ['crlf', 'lf'] as const) {
  test(`any octets, cut anywhere, decode as the reference does, lines ended by ${lineEnds.toUpperCase()}`, () => {
    fc.assert(
      fc.property(serverOctets, cuts, (octets, places) => {
        const expected = reference(octets.toString('latin1'), lineEnds);
        assert.deepEqual(decode([octets], lineEnds), expected);
        assert.deepEqual(decode(cutAt(octets, places), lineEnds), expected);
      }),
      runs(2000, 200_000),
    );
  });
}

test('a message never brings more octets than came over the wire', () => {
  fc.assert(
    fc.property(serverOctets, cuts, (octets, places) => {
      for (const lineEnds of ['crlf', 'lf'] as const) {
        const { message, rest } = decode(cutAt(octets, places), lineEnds);
        assert.ok(message.length + rest.length <= octets.length);
      }
    }),
    runs(1000, 100_000),
  );
});
