// The leaf parts of a message found another way than the parser finds them: the whole message as a list of lines, no chunks, no scan
// for octets. Slow and simple, for comparison. Only what a header says of its part is read with the parser's own code.

import { MAX_DELIMITER_OCTETS, MAX_MIME_DEPTH } from '../../lib/parse/limits.ts';
import { parsePartHeader } from '../../lib/parse/part-header.ts';

export interface NaivePart {
  readonly partId: string | null;
  /** One character an octet. */
  readonly content: string;
}

interface Line {
  readonly text: string;
  readonly start: number;
  readonly next: number;
}

interface Level {
  readonly partId: string | null;
  readonly type: string;
  readonly delimiter: string;
  parts: number;
  isClosed: boolean;
}

export function naiveParts(message: Buffer): NaivePart[] {
  const octets = message.toString('latin1');
  const lines = linesOf(octets);
  const levels: Level[] = [];
  const found: NaivePart[] = [];
  let index = readPart(0);
  while (index < lines.length) {
    const isPart = enter(lines[index]?.text ?? '', levels);
    index = isPart ? readPart(index + 1) : index + 1;
  }
  return found;

  /** @returns the line that ends it: a delimiter, or the one behind the last */
  function readPart(first: number): number {
    let at = first;
    const header: string[] = [];
    for (; at < lines.length && lines[at]?.text !== '' && !isDelimiter(lines[at], levels, false); at += 1) {
      const text = lines[at]?.text ?? '';
      if (header.length > 0 && /^[ \t]/.test(text)) header[header.length - 1] += `\r\n${text}`;
      else if (header.length > 0 || first > 0 || !/^>?From /.test(text)) header.push(text);
    }
    if (lines[at]?.text === '') at += 1;
    const parent = levels.at(-1);
    const byDefault = parent?.type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
    const { type, boundary } = parsePartHeader(header, byDefault, () => undefined);
    const partId = parent === undefined ? null : [parent.partId, parent.parts].filter(Boolean).join('.');
    const isOpened = type.startsWith('multipart/') && boundary !== null && levels.length < MAX_MIME_DEPTH;
    if (isOpened) {
      levels.push({ partId, type, delimiter: `--${boundary.trimEnd()}`, parts: 0, isClosed: false });
    }
    const start = lines[at]?.start ?? octets.length;
    while (at < lines.length && !isDelimiter(lines[at], levels, true)) at += 1;
    if (!isOpened) found.push({ partId, content: contentOf(start, lines[at]?.start) });
    return at;
  }

  function contentOf(start: number, delimiterStart: number | undefined): string {
    if (delimiterStart === undefined) return octets.slice(start);
    return octets.slice(start, delimiterStart).replace(/\r?\n$/, '');
  }
}

/** What follows the last line end is a line too, if there is something. */
function linesOf(octets: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < octets.length;) {
    const end = octets.indexOf('\n', start);
    const next = end === -1 ? octets.length : end + 1;
    lines.push({ text: octets.slice(start, next).replace(/\r?\n$|\r$/, ''), start, next });
    start = next;
  }
  return lines;
}

function isDelimiter(line: Line | undefined, levels: readonly Level[], isContent: boolean): boolean {
  if (line === undefined || (isContent && line.next - line.start > MAX_DELIMITER_OCTETS)) return false;
  const bare = line.text.trimEnd();
  return (
    bare.startsWith('--') && levels.some(({ delimiter }) => [delimiter, `${delimiter}--`].includes(bare))
  );
}

/** Of the innermost level that the line delimits. @returns whether a part begins */
function enter(line: string, levels: Level[]): boolean {
  const bare = line.trimEnd();
  const depth = levels.findLastIndex(({ delimiter }) => [delimiter, `${delimiter}--`].includes(bare));
  const level = levels[depth];
  if (level === undefined) return false;
  levels.splice(depth + 1);
  level.isClosed ||= bare !== level.delimiter;
  if (!level.isClosed) level.parts += 1;
  return !level.isClosed;
}
