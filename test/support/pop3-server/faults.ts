// What a test server can be told to do wrong. Every fault stands alone and goes with every other one.
// Read anew at each command, so a test may change them while the server runs. Message numbers count from 1.

export interface Pop3Faults {
  /** Said instead of the greeting, without CRLF. One that starts with `-ERR` is followed by the end of the connection. */
  readonly greeting?: string;
  /** The answer to every PASS, without CRLF: `-ERR [AUTH] no`, `-ERR [IN-USE] busy`. */
  readonly login?: string;
  /** Throw away what the client sent behind PASS, as Courier, perdition and solid-pop3d do. */
  readonly loseInputBehindLogin?: boolean;

  /** Capabilities left out of CAPA. Their commands work all the same. */
  readonly hideCapabilities?: readonly string[];
  /** Rows more in the answer to CAPA: `EXPIRE 0`. */
  readonly addCapabilities?: readonly string[];
  /** `-ERR` to CAPA, as popa3d and solid-pop3d say. */
  readonly refuseCapa?: boolean;
  readonly refuseStls?: boolean;
  /** Octets sent in clear behind the `+OK` to STLS, in the same write. */
  readonly injectAfterStls?: Buffer;
  /** A command line the server reads inside TLS although it came in clear, as Courier does: an attacker's words. */
  readonly answerInjectedCommand?: string;

  /** UIDL is an unknown command, and not in CAPA. */
  readonly noUidl?: boolean;
  /** Sizes that LIST gives instead of the true ones, by message number. STAT keeps to the truth. */
  readonly listSizes?: Readonly<Record<number, number>>;
  /** TOP is an unknown command, and not in CAPA: it is optional (RFC 1939 section 7). */
  readonly refuseTop?: boolean;
  /** Messages whose RETR gets `-ERR`. */
  readonly refuseRetr?: readonly number[];
  /** The words of it. */
  readonly refusal?: string;
  /** The same by UIDL: whatever number they have by now. */
  readonly refuseRetrOf?: readonly string[];
  /** The connection ends in the middle of a message. */
  readonly cutRetr?: RetrCut;
  /** The connection ends in the middle of every message with this UIDL. */
  readonly cutRetrOf?: Omit<RetrCut, 'message'> & { readonly uidl: string };
  /** The connection ends in silence after this many whole RETRs of a session. */
  readonly closeAfterRetrs?: number;
  /**
   * `refuse` keeps all mail and says `-ERR` · `drop` keeps all mail and ends the connection without a word ·
   * `commit-and-drop` deletes what is marked and ends the connection without a word.
   */
  readonly quit?: 'refuse' | 'drop' | 'commit-and-drop';

  /** Never answer this command (`RETR`, ...) or never greet (`GREETING`); the connection stays open. */
  readonly hangOn?: string;
  /** Milliseconds to wait before the answer, by command; `*` for all others; `GREETING` for the greeting. */
  readonly delaysMs?: Readonly<Record<string, number>>;
  /** The answer to this command waits for the promise; whatever the client does meanwhile, the connection stays open. */
  readonly heldUntil?: Readonly<Record<string, Promise<void>>>;
  /** At most this many octets a write, each in a turn of the event loop of its own. 1 splits everything. */
  readonly writeOctets?: number;
}

export interface RetrCut {
  readonly message: number;
  /** Octets of the message sent behind the status line, counted as on the wire: with stuffed dots. */
  readonly afterOctets: number;
  /** `close` ends the stream in good order (FIN, close_notify); `reset` sends RST, which may overtake the octets. */
  readonly how: 'close' | 'reset';
}
