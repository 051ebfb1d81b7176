// The multiparts that are open at a place in a message, and which of them a line delimits (RFC 2046 section 5.1).

import type { Problem } from '../core/message/problems.ts';

export interface OpenMultipart {
  readonly partId: string | null;
  readonly type: string;
  /** Two hyphens and the boundary, one character an octet. */
  readonly delimiter: string;
  partCount: number;
  /** Its closing delimiter was there: what follows is none of its parts. */
  isClosed: boolean;
}

export interface DelimiterLine {
  /** Of the multipart it belongs to; 0 is the outermost. */
  readonly depth: number;
  readonly isClose: boolean;
}

export class OpenMultiparts {
  readonly #note: (problem: Problem) => void;
  readonly #open: OpenMultipart[] = [];
  /** How many have each delimiter: most lines with two hyphens are none, however many are open. */
  readonly #delimiters = new Map<string, number>();

  constructor(note: (problem: Problem) => void) {
    this.#note = note;
  }

  get depth(): number {
    return this.#open.length;
  }

  get innermost(): OpenMultipart | undefined {
    return this.#open.at(-1);
  }

  /** Of the part that has begun last, as IMAP numbers it; `null` if that is the message. */
  get partId(): string | null {
    const { innermost } = this;
    if (innermost === undefined) return null;
    return innermost.partId === null
      ? `${innermost.partCount}`
      : `${innermost.partId}.${innermost.partCount}`;
  }

  open(partId: string | null, type: string, boundary: string): void {
    const delimiter = `--${boundary.trimEnd()}`;
    this.#open.push({ partId, type, delimiter, partCount: 0, isClosed: false });
    this.#delimiters.set(delimiter, (this.#delimiters.get(delimiter) ?? 0) + 1);
  }

  /** The innermost one that the line delimits: an outer delimiter ends the inner multiparts too. */
  find(line: string): DelimiterLine | undefined {
    const bare = line.trimEnd();
    const isClose = bare.endsWith('--') && this.#delimiters.has(bare.slice(0, -2));
    if (!isClose && !this.#delimiters.has(bare)) return undefined;
    for (let depth = this.#open.length - 1; depth >= 0; depth -= 1) {
      const delimiter = this.#open[depth]?.delimiter ?? '';
      if (bare === delimiter) return { depth, isClose: false };
      if (bare.length === delimiter.length + 2 && bare.endsWith('--') && bare.startsWith(delimiter))
        return { depth, isClose: true };
    }
    return undefined;
  }

  /** The inner ones end. @returns whether a part of that multipart begins */
  take({ depth, isClose }: DelimiterLine): boolean {
    this.close(depth + 1);
    const multipart = this.#open[depth];
    if (multipart === undefined) return false;
    if (multipart.isClosed && !isClose) this.#note('part-after-end');
    multipart.isClosed ||= isClose;
    // Behind its end there is nothing that is meant to be seen (RFC 2046 section 5.1.1).
    if (multipart.isClosed) return false;
    multipart.partCount += 1;
    return true;
  }

  /** All from `depth` on end, whatever stands around them goes on. */
  close(depth: number): void {
    for (const multipart of this.#open.splice(depth)) {
      const count = (this.#delimiters.get(multipart.delimiter) ?? 1) - 1;
      if (count === 0) this.#delimiters.delete(multipart.delimiter);
      else this.#delimiters.set(multipart.delimiter, count);
      if (multipart.partCount === 0) this.#note('multipart-empty');
      else if (!multipart.isClosed) this.#note('multipart-unclosed');
    }
  }
}
