// A secret that is a JSON object with one text a key, as Secrets Manager's own console makes them. Changing one member leaves
// every other as it was, to the digit. No error of JSON leaves this file: it quotes the text.

/** JSON.parse gives the source of a number, and JSON.rawJSON writes it again: no digit is lost (ECMAScript, since V8 11.4). */
interface ExactJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}
const EXACT = JSON as unknown as ExactJson;

/** @returns `undefined` if it is no JSON object */
export function parseSecretObject(text: string): Readonly<Record<string, unknown>> | undefined {
  let json: unknown;
  try {
    json = EXACT.parse(text, (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined ? EXACT.rawJSON(source) : value,
    );
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  // A number alone is an object here: that of its source.
  return Object.getPrototypeOf(json) === null ? undefined : (json as Record<string, unknown>);
}

/** The object as text, with another value under the key, which may be new. */
export function withMember(object: Readonly<Record<string, unknown>>, key: string, value: string): string {
  return JSON.stringify({ ...object, [key]: value });
}
