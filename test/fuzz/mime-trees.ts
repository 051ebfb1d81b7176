// Messages made from a tree of parts, with what a parser has to find in them.

import * as fc from 'fast-check';

export interface MadeLeaf {
  readonly role: 'text' | 'html' | 'attachment';
  readonly octets: Buffer;
}

export interface MadeMessage {
  readonly message: Buffer;
  readonly leaves: readonly MadeLeaf[];
}

type Tree = (MadeLeaf & { readonly encoding: string }) | readonly Tree[];

const ENCODINGS = ['base64', 'quoted-printable', 'binary'] as const;
const TYPES = {
  text: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  attachment: 'a/b; name=n',
};

const leaf = fc.record({
  role: fc.constantFrom('text', 'html', 'attachment'),
  encoding: fc.constantFrom(...ENCODINGS),
  octets: fc
    .array(
      fc.constantFrom('a', 'ü', ' ', '\r\n', '--', '=', '\r\n--', '.', '=?utf-8?q?x?=', ':', '\r\n\r\n'),
      {
        maxLength: 30,
      },
    )
    .map((pieces) => Buffer.from(pieces.join(''))),
});

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('tree'), { minLength: 1, maxLength: 4 })),
}));

export const madeMessage: fc.Arbitrary<MadeMessage> = tree.map((root) => ({
  message: Buffer.concat([Buffer.from('From: a@example.com\r\nMIME-Version: 1.0\r\n'), written(root, 'x')]),
  leaves: leavesOf(root),
}));

function isLeaf(node: Tree): node is Exclude<Tree, readonly Tree[]> {
  return !Array.isArray(node);
}

function leavesOf(node: Tree): MadeLeaf[] {
  return isLeaf(node) ? [{ role: node.role, octets: node.octets }] : node.flatMap(leavesOf);
}

/** @param boundary no line of a leaf is one: it has letters that they have not */
function written(node: Tree, boundary: string): Buffer {
  if (isLeaf(node)) {
    const header = `Content-Type: ${TYPES[node.role]}\r\nContent-Transfer-Encoding: ${node.encoding}\r\n\r\n`;
    return Buffer.concat([Buffer.from(header), encoded(node.octets, node.encoding)]);
  }
  const delimiter = Buffer.from(`\r\n--${boundary}\r\n`);
  const parts = node.flatMap((child, index) => [delimiter, written(child, `${boundary}${index}`)]);
  const header = Buffer.from(`Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\npreamble`);
  return Buffer.concat([header, ...parts, Buffer.from(`\r\n--${boundary}--\r\nepilogue`)]);
}

function encoded(octets: Buffer, encoding: string): Buffer {
  if (encoding === 'binary') return octets;
  const text = encoding === 'base64' ? octets.toString('base64') : quoted(octets);
  return Buffer.from(text.replaceAll(/.{72}/g, encoding === 'base64' ? '$&\r\n' : '$&=\r\n'));
}

function quoted(octets: Buffer): string {
  return [...octets].map((octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
