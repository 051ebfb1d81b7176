// A server's unique-id for a message (RFC 1939 section 7, UIDL): an opaque octet string that the sender of a
// message can sometimes choose. Compared exactly, scoped to one account, never part of a key or path in the clear.

declare const uidl: unique symbol;
/** One character per octet (U+0000 to U+00FF), so that any octets survive the way to a ledger and back. */
export type Uidl = string & { readonly [uidl]: true };

export function toUidl(octets: Uint8Array): Uidl {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1') as Uidl;
}

export function fromUidl(uidl: Uidl): Uint8Array {
  return Buffer.from(uidl, 'latin1');
}

/** The UIDL of a message that has none: it is recorded by its content alone. */
export const NO_UIDL = toUidl(new Uint8Array(0));
