// Takes an mbox file apart by the rule of docs/export.md alone. Shares nothing with the product: it works on all of the octets
// at once, as text of one character an octet.

export interface MboxEntry {
  /** Without `From ` and the LF. */
  readonly fromLine: string;
  readonly octets: Buffer;
}

export function readMbox(file: Uint8Array): MboxEntry[] {
  const text = Buffer.from(file).toString('latin1');
  const starts = [...text.matchAll(/(?<=^|\n)From [^\n]*\n/g)].map(({ index, 0: line }) => ({ index, line }));
  if (starts.length === 0 && text !== '') throw new Error('it does not begin with a From_ line');
  return starts.map(({ index, line }, number) => {
    const entry = text.slice(index + line.length, starts[number + 1]?.index ?? text.length);
    if (!entry.endsWith('\n')) throw new Error('an entry without its last LF');
    const octets = entry.slice(0, -1).replaceAll(/(?<=^|\n)>(>*From )/g, '$1');
    return { fromLine: line.slice('From '.length, -1), octets: Buffer.from(octets, 'latin1') };
  });
}
