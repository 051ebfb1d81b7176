// What a parsed document, read from an archive where anybody may have put something, says of itself. Believes nothing else of it.

/** As it was parsed from JSON: nothing in it is checked. */
export interface FoundDocument {
  /** Empty if there is none. */
  readonly ingest: Readonly<Record<string, unknown>>;
  /** It only says why its message could not be parsed. */
  readonly isFailure: boolean;
}

/** @returns `undefined` for what is no document. @throws what reading throws */
export async function readDocument(octets: AsyncIterable<Uint8Array>): Promise<FoundDocument | undefined> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of octets) chunks.push(chunk);
  let document: unknown;
  try {
    document = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isObject(document)) return undefined;
  const { ingest, problems } = document;
  return {
    ingest: isObject(ingest) ? ingest : {},
    isFailure: Array.isArray(problems) && problems.includes('parse-failed'),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
