// The part tree that mailparser builds, as far as we read it: bodies one by one, and what was odd about each part.
// mailparser publishes no type for it, so the shape is stated here and its version is pinned; test/parse checks both.

import type { MailParser } from 'mailparser';
import type { Problem } from '../core/message/problems.ts';

/** One part. All of it may be absent: nothing is trusted to be there. */
interface TreePart {
  readonly contentType?: string | false;
  readonly disposition?: string;
  /** The decoded body of a part that is no attachment. */
  readonly textContent?: string;
  /** The last stream a body went through: the charset decoder where there was one. */
  readonly contentStream?: { readonly supported?: boolean };
  readonly children?: readonly TreePart[];
  readonly node?: {
    readonly encoding?: string | false;
    readonly _boundary?: Uint8Array | false;
    readonly headers?: { readonly mbox?: string | false } | false;
  };
}

interface Bodies {
  readonly text: string | null;
  readonly html: string | null;
}

const KNOWN_ENCODINGS = new Set(['7bit', '8bit', 'binary', 'quoted-printable', 'base64']);

/** The bodies of each kind in order, joined by a line end. Call it once the parser has ended. */
export function readBodies(parser: MailParser, note: (problem: Problem) => void): Bodies {
  const text: string[] = [];
  const html: string[] = [];
  for (const part of partsOf(parser)) {
    noteOddities(part, note);
    if (part.textContent === undefined) continue;
    if (part.contentType === 'text/plain') text.push(part.textContent);
    if (part.contentType === 'text/html') html.push(part.textContent);
  }
  return { text: joined(text), html: joined(html) };
}

function joined(bodies: readonly string[]): string | null {
  return bodies.length === 0 ? null : bodies.join('\n');
}

/** Every part, parents first, in order. With a list of its own: nesting must not exhaust the stack. */
function* partsOf(parser: MailParser): Generator<TreePart> {
  const root: unknown = Reflect.get(parser, 'tree');
  const waiting: TreePart[] = isTreePart(root) ? [root] : [];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    yield part;
    waiting.push(...(part.children ?? []).toReversed());
  }
}

/** `false` until there is one. */
function isTreePart(value: unknown): value is TreePart {
  return typeof value === 'object' && value !== null;
}

function noteOddities(part: TreePart, note: (problem: Problem) => void): void {
  const headers = part.node?.headers;
  if (headers !== undefined && headers !== false && typeof headers.mbox === 'string') note('mbox-line');
  const encoding = part.node?.encoding;
  if (typeof encoding === 'string' && encoding !== '' && !KNOWN_ENCODINGS.has(encoding))
    note('encoding-unknown');
  if (part.contentStream?.supported === false) note('charset-unknown');
  if (typeof part.contentType === 'string' && part.contentType.startsWith('multipart/')) {
    if (part.node?._boundary === false) note('boundary-missing');
    else if ((part.children ?? []).length === 0) note('multipart-empty');
  }
}
