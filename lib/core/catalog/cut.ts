// What a row has room for. A sender can write a subject of two megabytes and ten thousand recipients; a row with all of it would be
// of no use to those who look for others. What is cut off is in the document.

/** Of one text. Subjects and file names of mail that people write are far shorter. */
const MAX_TEXT_CHARACTERS = 1000;

/** Of all entries of a list together. Stops: a row that is larger than a thousand others. */
const MAX_LIST_CHARACTERS = 20_000;

/** Of a list. Stops: a list of empty entries, which have no characters to be counted. */
const MAX_LIST_ENTRIES = 1000;

/** Cuts, and remembers whether anything was cut off. */
export class RowCutter {
  isCut = false;

  /**
   * Also takes out what readers of JSON or of SQL refuse, so that one message cannot make a whole file unreadable: halves of
   * surrogate pairs, and NUL.
   */
  text(text: string): string {
    if (text.length > MAX_TEXT_CHARACTERS) this.isCut = true;
    return text.slice(0, MAX_TEXT_CHARACTERS).toWellFormed().replaceAll('\0', '\uFFFD');
  }

  nullable(text: string | null): string | null {
    return text === null ? null : this.text(text);
  }

  /** The first entries. @param charactersOf an entry that has been cut itself */
  list<T>(entries: readonly T[], charactersOf: (entry: T) => number): readonly T[] {
    let characters = 0;
    const end = entries.findIndex((entry, index) => {
      characters += charactersOf(entry);
      return index === MAX_LIST_ENTRIES || characters > MAX_LIST_CHARACTERS;
    });
    if (end === -1) return entries;
    this.isCut = true;
    return entries.slice(0, end);
  }
}
