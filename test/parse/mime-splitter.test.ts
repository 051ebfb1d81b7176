// Parts by their delimiter lines: the same however the octets are cut, none lost, each where the document says it is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MAX_MIME_DEPTH, MAX_MIME_PARTS, MAX_PART_HEADER_OCTETS } from '../../lib/parse/limits.ts';
import { MimeSplitter, type SplitEvent } from '../../lib/parse/mime-splitter.ts';
import { PartBudget } from '../../lib/parse/part-budget.ts';

interface Leaf {
  readonly partId: string | null;
  readonly type: string;
  readonly content: string;
}

interface Split {
  readonly leaves: readonly Leaf[];
  readonly problems: readonly string[];
}

function split(message: Buffer, pieceOctets: number, budget = new PartBudget(MAX_MIME_PARTS)): Split {
  const problems = new Set<string>();
  const splitter = new MimeSplitter((problem) => problems.add(problem), budget);
  const events: SplitEvent[] = [];
  for (let start = 0; start < message.length; start += pieceOctets) {
    events.push(...splitter.push(message.subarray(start, start + pieceOctets)));
  }
  events.push(...splitter.end());
  return { leaves: leavesOf(events, message), problems: [...problems].sort() };
}

/** Checks the order of events, and that what a leaf says of its place is where its octets are. */
function leavesOf(events: readonly SplitEvent[], message: Buffer): Leaf[] {
  const leaves: Leaf[] = [];
  let open: { readonly event: SplitEvent & { readonly kind: 'leaf' }; readonly octets: Buffer[] } | undefined;
  for (const event of events) {
    if (event.kind === 'leaf') {
      assert.equal(open, undefined);
      open = { event, octets: [] };
    } else if (event.kind === 'octets') open?.octets.push(event.octets);
    else {
      assert.ok(open !== undefined);
      const { partId, header, start } = open.event.part;
      const content = Buffer.concat(open.octets);
      assert.deepEqual(message.subarray(start, event.end), content);
      leaves.push({ partId, type: header.type, content: content.toString('latin1') });
      open = undefined;
    }
  }
  assert.equal(open, undefined);
  return leaves;
}

const HEAD = 'Content-Type: multipart/mixed; boundary=b';

const CASES: readonly (readonly [behaviour: string, message: string, contents: string[]])[] = [
  [
    'the line end before a delimiter is not content',
    `${HEAD}\r\n\r\n--b\r\n\r\nx\r\n\r\n--b--\r\n`,
    ['x\r\n'],
  ],
  ['lines may end in LF alone', `${HEAD}\n\n--b\n\nx\n--b\n\ny\n--b--\n`, ['x', 'y']],
  ['a delimiter may have white space behind it', `${HEAD}\n\n--b \t\n\nx\n--b-- \n`, ['x']],
  [
    'a line that only starts like a delimiter is content',
    `${HEAD}\n\n--b\n\n--bx\n--b-\n -b\n--b--`,
    ['--bx\n--b-\n -b'],
  ],
  [
    'a part may be empty, or have no header, or no content',
    `${HEAD}\n\n--b\n\n--b\nX: y\n--b\n\n\n--b--`,
    ['', '', ''],
  ],
  [
    'what stands before the first part and behind the last is none',
    `${HEAD}\n\npreamble\n--b\n\nx\n--b--\nepilogue`,
    ['x'],
  ],
  [
    'the delimiter of the outer multipart ends the inner one',
    `${HEAD}\n\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--b\n\ny\n--b--`,
    ['x', 'y'],
  ],
  [
    'a boundary may start with the outer one',
    `${HEAD}\n\n--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\nx\n--bb--\n--b\n\ny\n--b--`,
    ['x', 'y'],
  ],
  [
    'an outer multipart with the boundary of an inner one that has ended is still open',
    [
      `${HEAD}\n\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c`,
      'Content-Type: multipart/mixed; boundary=d\n\n--d\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx',
      '--d\n\ny\n--c\n\nz\n--b--',
    ].join('\n'),
    ['x', 'y', 'z'],
  ],
  [
    'a boundary may end in hyphens',
    `Content-Type: multipart/mixed; boundary="b--"\n\n--b--\n\nx\n--b----\n`,
    ['x'],
  ],
  ['a message without a multipart is one part', 'X: y\n\n--b\nx', ['--b\nx']],
  ['a message that ends within its header has an empty part', 'X: y', ['']],
];

for (const [behaviour, message, contents] of CASES) {
  void test(`${behaviour}, however it is cut`, () => {
    for (const pieceOctets of [1, 2, 3, 5, 1000]) {
      const { leaves } = split(Buffer.from(message), pieceOctets);
      assert.deepEqual(
        leaves.map(({ content }) => content),
        contents,
        `in pieces of ${pieceOctets}`,
      );
    }
  });
}

void test('any octets give the same parts however they are cut', () => {
  const pieces = fc.constantFrom(
    '--b',
    '--',
    '-',
    '\n',
    '\r\n',
    '\r',
    'x',
    ' ',
    HEAD,
    'X: y',
    '--bb',
    'Content-Type: multipart/digest; boundary=bb',
    ':',
  );
  const message = fc
    .array(pieces, { maxLength: 40 })
    .map((parts) => Buffer.from(`${HEAD}\n\n--b${parts.join('')}`));
  fc.assert(
    fc.property(message, fc.integer({ min: 1, max: 30 }), (octets, pieceOctets) => {
      assert.deepEqual(split(octets, pieceOctets), split(octets, octets.length));
    }),
    { numRuns: 3000 },
  );
});

void test('parts of a digest are messages unless they say otherwise', () => {
  const digest =
    'Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n--b\nContent-Type: text/plain\n\ny\n--b--';
  assert.deepEqual(
    split(Buffer.from(digest), 1000).leaves.map(({ type }) => type),
    ['message/rfc822', 'text/plain'],
  );
});

void test('multiparts nested too deeply are kept whole and named', () => {
  const level = (depth: number): string =>
    `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n`;
  const message = Array.from({ length: MAX_MIME_DEPTH + 2 }, (_, depth) => level(depth)).join('');
  const { leaves, problems } = split(Buffer.from(`${message}\ndeep`), 65_536);
  assert.equal(leaves.length, 1);
  assert.equal(leaves[0]?.type, 'multipart/mixed');
  assert.ok(leaves[0]?.content.endsWith('\n\ndeep'));
  assert.ok(problems.includes('nesting-too-deep'));
});

void test('of more parts than are accepted the last one is all the rest, octet for octet, however it is cut', () => {
  const rest = '\nlast\n--b\nX: y\n\n--b--\nepilogue';
  const message = Buffer.from(`${HEAD}\n\n${'--b\n\nx\n'.repeat(4)}--b${rest}`);
  for (const pieceOctets of [1, 2, 3, 5, 1000]) {
    const { leaves, problems } = split(message, pieceOctets, new PartBudget(5));
    assert.deepEqual(problems, ['parts-too-many']);
    assert.equal(leaves.length, 5);
    assert.deepEqual(leaves.at(-1), {
      partId: '5',
      type: 'application/octet-stream',
      content: rest.slice(1),
    });
  }
});

void test('a header field that is too much is left out whole, and what follows it is read', () => {
  const long = 'a'.repeat(MAX_PART_HEADER_OCTETS);
  const folded = 'a\n '.repeat(1_200_000);
  for (const field of [`X: ${long}`, `X: b\n ${long}\n c`, `X: ${folded}`]) {
    const { leaves, problems } = split(Buffer.from(`Y: z\n${field}\n${HEAD}\n\n--b\n\nx\n--b--`), 65_536);
    assert.deepEqual(problems, ['header-too-large']);
    assert.deepEqual(leaves, [{ partId: '1', type: 'text/plain', content: 'x' }]);
  }
});

void test('more header fields than are accepted are left out', () => {
  const message = `${HEAD}\n${'a:\n'.repeat(500_000)}\n--b\n\nx\n--b--`;
  const { leaves, problems } = split(Buffer.from(message), 65_536);
  assert.deepEqual(problems, ['header-too-large']);
  assert.equal(leaves.length, 1);
});

void test('delimiters that are none are looked at in linear time', () => {
  for (const piece of ['\n--', '\n--bx', '\r\n', '\n-', '-', '\n--x--']) {
    const message = Buffer.from(`${HEAD}\n\n--b\n\n${piece.repeat(4_000_000 / piece.length)}`);
    const startedMs = performance.now();
    split(message, 65_536);
    assert.ok(performance.now() - startedMs < 5000, JSON.stringify(piece));
  }
});
