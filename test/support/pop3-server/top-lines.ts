// What TOP shows of a message (RFC 1939 section 7): the headers, the blank line, the first lines of the body.
// Never reads further than it shows.

const LF = 0x0a;
const CR = 0x0d;

/** The message up to `bodyLines` lines behind the first blank line; a line ends with LF, and a lone CR before it is no content. */
export async function* headersAndLines(
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
  bodyLines: number,
): AsyncIterable<Buffer> {
  const limit = new LineLimit(bodyLines);
  for await (const chunk of chunks) {
    const end = limit.endWithin(chunk);
    yield chunk.subarray(0, end);
    if (end !== undefined) return;
  }
}

class LineLimit {
  readonly #bodyLines: number;
  #inBody = false;
  #bodyLinesSeen = 0;
  /** Octets of the line under way, from earlier chunks; a CR alone counts as none. */
  #lineOctets = 0;

  constructor(bodyLines: number) {
    this.#bodyLines = bodyLines;
  }

  /** Where in this chunk the last line shown ends, or `undefined` if it goes on. */
  endWithin(chunk: Buffer): number | undefined {
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      if (this.#inBody) this.#bodyLinesSeen += 1;
      else this.#inBody = this.#isBlank(chunk.subarray(from, at));
      this.#lineOctets = 0;
      from = at + 1;
      if (this.#inBody && this.#bodyLinesSeen >= this.#bodyLines) return from;
    }
    if (!this.#isBlank(chunk.subarray(from))) this.#lineOctets += chunk.length - from;
    return undefined;
  }

  #isBlank(line: Buffer): boolean {
    return this.#lineOctets === 0 && (line.length === 0 || (line.length === 1 && line[0] === CR));
  }
}
