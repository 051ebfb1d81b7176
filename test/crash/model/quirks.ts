// What a model server does otherwise than RFC 1939 would like. Read anew at each command and each connection.

export interface ServerQuirks {
  /** One session at a time: others get [IN-USE]. */
  readonly isExclusive: boolean;
  readonly hasUidl: boolean;
  readonly hasTop: boolean;
  /** CAPA says PIPELINING. */
  readonly pipelines: boolean;
  /** Of several commands in one packet every third is lost, and its answer never comes. */
  readonly losesCommands: boolean;
  /** What LIST says: `off` by a few octets, `half` as much as there is. */
  readonly sizes: 'true' | 'off' | 'half';
  /** QUIT also deletes whatever the session has RETRed whole (EXPIRE 0, RFC 2449 section 6.7). */
  readonly expires: boolean;
  /** Answers arrive in two pieces. */
  readonly inPieces: boolean;
  /**
   * `refuse` -ERR, nothing deleted · `refuse-some` -ERR, half of it deleted · `drop` no answer, nothing deleted ·
   * `commit-and-drop` no answer, all of it deleted.
   */
  readonly quit: 'ok' | 'refuse' | 'refuse-some' | 'drop' | 'commit-and-drop';
  /** So many of the next connections end after so many octets. */
  readonly cut: { readonly connections: number; readonly afterOctets: number } | null;
  /** So many of the next connections are greeted with -ERR. */
  readonly turnedAway: number;
}

export const NO_QUIRKS: ServerQuirks = Object.freeze({
  isExclusive: false,
  hasUidl: true,
  hasTop: true,
  pipelines: true,
  losesCommands: false,
  sizes: 'true',
  expires: false,
  inPieces: false,
  quit: 'ok',
  cut: null,
  turnedAway: 0,
});

export function listedOctets(octets: number, { sizes }: ServerQuirks): number {
  if (sizes === 'true') return octets;
  return sizes === 'off' ? octets + 13 : Math.floor(octets / 2);
}
