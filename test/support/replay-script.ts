// What a replayed connection is made of: who says what, in this order, and how its octets are cut into reads.

/** One thing that happens on a connection. */
export type ReplayEvent =
  /** A line of the client, without its CRLF: exactly so, or as the pattern wants it. */
  | { readonly client: string | RegExp }
  | { readonly server: Uint8Array }
  /** A server that goes on for ever: called for each piece. */
  | { readonly endless: () => Uint8Array }
  /** The client shakes hands. */
  | { readonly tls: true }
  | { readonly end: 'close' | 'reset' }
  /** Open, and not another octet. */
  | { readonly silence: true };

export interface ReplayOptions {
  /** How many of the octets at hand the next read gives; all of them unless given. */
  readonly chunkOctets?: (available: number) => number;
  /** The client may send its next line while octets before it in the script are still unread: it pipelines. */
  readonly mayRunAhead?: boolean;
  /** The handshake was over before the script begins. */
  readonly isImplicitTls?: boolean;
  /** Before each read: the place to move a clock on. */
  readonly beforeRead?: () => void;
  /** A read waits for an octet that will never come: the place to let time run out. */
  readonly onSilence?: () => void;
}
