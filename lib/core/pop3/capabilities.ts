// The answer to CAPA (RFC 2449 section 5): what the server says it can do, now, in this state.

/** Tags in upper case with their parameters. Asked again after STLS and after login: earlier answers mean nothing then. */
export type Capabilities = ReadonlyMap<string, readonly string[]>;

/**
 * Rows in any order and case, unknown ones kept, any white space between words. Where a tag is repeated the first row
 * counts. Real servers list junk too (`EXPIRENEVER`, a bare `20`): it becomes a tag nobody asks for.
 */
export function parseCapabilities(rows: Iterable<Uint8Array>): Capabilities {
  const capabilities = new Map<string, readonly string[]>();
  for (const row of rows) {
    const [tag, ...parameters] = Buffer.from(row).toString('latin1').trim().split(/\s+/);
    if (tag && !capabilities.has(tag.toUpperCase())) capabilities.set(tag.toUpperCase(), parameters);
  }
  return capabilities;
}
