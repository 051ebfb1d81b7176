// The edges of the program: what the pipeline needs from the world, and what every adapter promises.
// Expected outcomes are return values; anything thrown is a MailferryError.

import type { AccountId, SecretRef, TlsMode } from './core/account.ts';
import type { MessageRecord, RunRecord, Sha256 } from './core/record.ts';
import type { Secret } from './core/secret.ts';
import type { Uidl } from './core/uidl.ts';
import type { IngestFacts } from './core/message/document.ts';

/** Where to dial, and what to accept there. */
export interface DialTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
  /** Absolute path of a PEM file that replaces the system's certificate authorities. */
  readonly caFile: string | undefined;
  readonly allowPrivateNetwork: boolean;
}

export interface Dialer {
  /**
   * Open a connection; with `tls: 'implicit'` the handshake is done and the name verified when this resolves.
   * Aborting `signal`, now or at any time later, closes the connection and fails what is pending on it.
   * @throws HOST_UNKNOWN, ADDRESS_NOT_ALLOWED, CONNECT_FAILED, CONNECT_TIMEOUT, TLS_CERTIFICATE_REFUSED, TLS_HANDSHAKE_FAILED
   */
  dial(target: DialTarget, signal: AbortSignal): Promise<Connection>;
}

/** One duplex byte stream. One `read` at a time. */
export interface Connection {
  /**
   * The next octets, or `undefined` once the server has ended the stream. While nobody reads, the socket is paused.
   * @throws POP3_CONNECTION_LOST, or the reason given to `close`
   */
  read(): Promise<Uint8Array | undefined>;
  /** Octets that have arrived and were not read yet. */
  readonly bufferedOctets: number;
  /** Resolves when the octets are handed to the network. */
  write(octets: Uint8Array): Promise<void>;
  /**
   * Upgrade to TLS and verify the server's name (RFC 2595).
   * @throws TLS_HANDSHAKE_FAILED if any octet arrived before the handshake; TLS_CERTIFICATE_REFUSED
   */
  startTls(): Promise<void>;
  /** Close at once, sending nothing more. A pending `read` or `write` fails with `reason`. Safe to repeat. */
  close(reason?: Error): void;
}

/** Octets that can be read more than once, with what they must prove to be. */
export interface Blob {
  readonly sizeOctets: number;
  readonly sha256: Sha256;
  open(): AsyncIterable<Uint8Array>;
}

export interface PutOptions {
  /** `create` (default): write if absent, for what never changes. `replace`: for what can be rebuilt. */
  readonly mode?: 'create' | 'replace';
}

export interface BlobStore {
  /**
   * All or nothing, durable when it resolves, safe to repeat. The octets written are counted and hashed again on the way.
   * `exists`: an object with the same size and sha256 was already there (mode `create` only).
   * @throws ARCHIVE_CORRUPT if an object with other octets is there, or the octets are not what `blob` claims;
   *         ARCHIVE_UNWRITABLE, ARCHIVE_FULL
   */
  put(key: string, blob: Blob, options?: PutOptions): Promise<'stored' | 'exists'>;
  /** The object's octets, or `undefined` if there is none. @throws ARCHIVE_UNREADABLE */
  get(key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** @throws ARCHIVE_UNREADABLE */
  stat(key: string): Promise<{ readonly sizeOctets: number } | undefined>;
  /** Every key below a prefix that ends in `/`, in no particular order. @throws ARCHIVE_UNREADABLE */
  list(prefix: string): AsyncIterable<string>;
}

export interface Ledger {
  /**
   * What is known of the given UIDLs. A UIDL the ledger has never seen has no entry; one that several
   * messages share has several records.
   * @throws LEDGER_FAILED
   */
  find(account: AccountId, uidls: Iterable<Uidl>): Promise<ReadonlyMap<Uidl, readonly MessageRecord[]>>;
  /**
   * Record the fate of one message: THE commit. Durable when it resolves.
   * `exists`: the same message is recorded already, and the record there is kept.
   * A `stored` record replaces a `skipped` one for the same UIDL.
   * @throws LEDGER_FAILED
   */
  commit(account: AccountId, record: MessageRecord): Promise<'new' | 'exists'>;
  /** @throws LEDGER_FAILED */
  recordRun(run: RunRecord): Promise<void>;
}

export interface Secrets {
  /** @throws SECRET_UNAVAILABLE, naming the reference and never the value */
  get(ref: SecretRef): Promise<Secret>;
}

/** A stored message whose derived objects are still to be made. */
export interface ParseJob {
  readonly ingest: IngestFacts;
}

export interface JobQueue<Job> {
  /** The job will be done, after a crash too; perhaps more than once. Durable when it resolves. */
  enqueue(job: Job): Promise<void>;
}
