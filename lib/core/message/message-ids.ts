// Message identifiers of Message-ID, In-Reply-To and References (RFC 5322 section 3.6.4).

/** What stands in angle brackets, without them; where there is none, the words. Spaces inside an id (folding) are dropped. */
export function parseMessageIds(value: string): string[] {
  const bracketed = [...value.matchAll(/<([^<>]*)>/g)].map((match) => match[1] ?? '');
  const ids = bracketed.length > 0 ? bracketed : value.split(/[\s,]+/);
  return ids.map((id) => id.replaceAll(/\s+/g, '')).filter((id) => id !== '');
}
