// The edges of the program: what the pipeline needs from the world, and what every adapter promises.
// Expected outcomes are return values; anything thrown is a MailferryError.

import type { Account, AccountId, SecretRef, TlsMode } from './core/account.ts';
import type { Credential } from './core/credential.ts';
import type { ErrorCode } from './core/errors.ts';
import type { AccountProgress, AccountState } from './core/account-state.ts';
import type { Drain } from './core/drain.ts';
import type { FerryEvent } from './core/events.ts';
import type { MessageRecord, RecordMark, Sha256, StoredRef } from './core/record.ts';
import type { RunRecord } from './core/run-record.ts';
import type { Schedule, Slot } from './core/schedule.ts';
import type { SaslTools } from './core/pop3/sasl/sasl-tools.ts';
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
  /** The same authorities as PEM text; at most one of the two is set. */
  readonly caPem: string | undefined;
  /** Base64 of SHA-256 hashes of public keys (SPKI), one of which the server's certificate must have; empty: any key. */
  readonly pins: readonly string[];
  readonly clientCertificate: ClientCertificate | undefined;
  readonly proxy: Proxy | undefined;
  readonly allowPrivateNetwork: boolean;
}

export interface Proxy {
  /** As ProxyRef.url in core/account.ts. */
  readonly url: string;
  readonly password: Secret | undefined;
}

/** What a TLS handshake came to. */
export interface TlsFacts {
  /** `TLSv1.3`. */
  readonly version: string;
  /** OpenSSL's name. */
  readonly cipher: string;
  /** As the server sent it, its own certificate first; the authority at the end is often left out. */
  readonly chain: readonly CertificateFacts[];
  /**
   * For SCRAM-*-PLUS (RFC 5802 section 6), in the order to try them: `tls-unique`, which is all that TLS 1.2 has here and all
   * that some servers take on TLS 1.3 too, then `tls-exporter` of TLS 1.3 (RFC 9266). No server says which it takes.
   */
  readonly channelBindings: readonly ChannelBinding[];
}

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  /** Epoch milliseconds, UTC. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Base64 of the SHA-256 of its public key: what a pin is compared with. */
  readonly pin: string;
}

export interface ChannelBinding {
  readonly type: 'tls-unique' | 'tls-exporter' | 'tls-server-end-point';
  readonly data: Uint8Array;
}

export interface Dialer {
  /**
   * Open a connection; with `tls: 'implicit'` the handshake is done and the name verified when this resolves.
   * Aborting `signal`, now or at any time later, closes the connection and fails what is pending on it.
   * @throws HOST_UNKNOWN, ADDRESS_NOT_ALLOWED, CONNECT_FAILED, CONNECT_TIMEOUT, TLS_CERTIFICATE_REFUSED, TLS_HANDSHAKE_FAILED
   */
  dial(target: DialTarget, signal: AbortSignal): Promise<Connection>;
}

/** What a POP3 session needs from the world. */
export interface Pop3Ports {
  readonly dialer: Dialer;
  readonly login: LoginTools;
  /** Of each session opened; left out: nobody is told. */
  readonly trace?: (target: DialTarget) => ProtocolTrace;
}

/** What the login mechanisms compute with. */
export interface LoginTools extends SaslTools {
  /** For SCRAM (RFC 5802 section 5.1): printable ASCII without a comma, another one each time, to be guessed by nobody. */
  newNonce(): string;
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
  /** `undefined` as long as the connection is in clear text. */
  readonly tls: TlsFacts | undefined;
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

/** Told of every line of a session as it happens, with the secrets hidden already. Must not throw, and must not be slow. */
export interface ProtocolTrace {
  /** A line without its end. */
  sent(line: string): void;
  /** A line without its end, one character an octet. */
  received(line: string): void;
  /** Octets of a message, as many as came together. */
  receivedOctets(count: number): void;
  /** From here on the connection is encrypted. */
  secured(): void;
  /** Nothing comes after it. `closed` by us, `ended` by the server in good order, or else the code of the error. */
  over(how: 'closed' | 'ended' | ErrorCode): void;
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
  /** Kept beside the object by storage that has a place for it (S3: as user metadata), by others not. Visible ASCII. */
  readonly metadata?: Readonly<Record<string, string>>;
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
  /**
   * Whether the object is there with these very octets, by its present content or a checksum the storage itself keeps
   * and guards; never by what this process remembers.
   * @param expected its size too, where it is known: an object of another one need not be read
   * @throws ARCHIVE_UNREADABLE
   */
  verify(
    key: string,
    expected: Pick<Blob, 'sha256'> & Partial<Pick<Blob, 'sizeOctets'>>,
  ): Promise<'intact' | 'absent' | 'different'>;
  /** Every key below a prefix that ends in `/`, in no particular order. @throws ARCHIVE_UNREADABLE */
  list(prefix: string): AsyncIterable<string>;
}

export interface Ledger {
  /**
   * What is known of the given UIDLs. A UIDL the ledger has never seen has no entry; one that several
   * messages share has several records. Strongly consistent.
   * @throws LEDGER_FAILED
   */
  find(account: AccountId, uidls: Iterable<Uidl>): Promise<ReadonlyMap<Uidl, readonly MessageRecord[]>>;
  /** Every record of the account, in no particular order; records written meanwhile may be among them. @throws LEDGER_FAILED */
  records(account: AccountId): AsyncIterable<MessageRecord>;
  /**
   * Record the fate of one message: for a `stored` record THE commit. Durable when it resolves, safe to repeat.
   *
   * A `stored` record replaces a `skipped`, `failed` or `quarantined` one of its UIDL. If the same message (UIDL and
   * sha256) is `stored` already, it `exists`: the record there keeps its `firstSeen` and `runId` and takes the rest, a
   * mark is cleared, and `identifiedBy: octets` is never weakened to `header`.
   * Any other record replaces one that is not `stored`, and never a `stored` one: then it `exists`.
   *
   * @returns with `record`, what the ledger has now: of this message, or if it `exists` otherwise, of its UIDL
   * @throws LEDGER_FAILED
   */
  commit(account: AccountId, record: MessageRecord): Promise<Committed>;
  /** Set or clear the mark of stored records; those the ledger has not are passed over. Safe to repeat. @throws LEDGER_FAILED */
  mark(account: AccountId, refs: readonly StoredRef[], mark: RecordMark | undefined): Promise<void>;
  /** Strongly consistent. @throws LEDGER_FAILED */
  state(account: AccountId): Promise<AccountState>;
  /**
   * Write what a run leaves behind.
   * @param by the lease it ran under; without one it is written only if no lease is in force, and none was given since
   * @returns `stale` when another run has the lease, or had it meanwhile: nothing is written then
   * @throws LEDGER_FAILED
   */
  saveProgress(
    account: AccountId,
    progress: AccountProgress,
    by: LeaseHold | WithoutLease | undefined,
  ): Promise<'saved' | 'stale'>;
  /** @returns `stale` when the lease is no longer `hold`: nothing is written then. @throws LEDGER_FAILED */
  setDeletionsUnsettled(hold: LeaseHold, unsettled: boolean): Promise<'saved' | 'stale'>;
  /** Recording a run again replaces its record. @throws LEDGER_FAILED */
  recordRun(run: RunRecord): Promise<void>;
  /** Newest first. @throws LEDGER_FAILED */
  runs(account: AccountId, limit: number): Promise<readonly RunRecord[]>;
}

export interface Committed {
  readonly outcome: 'new' | 'exists';
  readonly record: MessageRecord;
}

/** One run's right to work on an account. */
export interface LeaseHold {
  readonly account: AccountId;
  /** Its own for every run. */
  readonly owner: string;
  /** Greater with every holder of this account's lease, so that a stale one is known. */
  readonly fence: number;
}

/** Whoever changed what he had read of an account's state, without its lease. */
export interface WithoutLease {
  /** Of the state that was read. */
  readonly sinceFence: number;
}

/** Time is the ledger's caller's: an expired lease belongs to nobody, whatever became of its owner. */
export interface Lease {
  /**
   * Strongly consistent, and safe to repeat: an owner that has the lease gets it again.
   * @param durationMs from now
   * @returns who else has it, if somebody has
   * @throws LEDGER_FAILED
   */
  acquire(account: AccountId, owner: string, durationMs: number): Promise<LeaseHold | LeaseHeld>;
  /**
   * Prove that the lease is still ours, and prolong it to `durationMs` from now. An expired lease that nobody took is
   * still ours. @throws LEASE_LOST, LEDGER_FAILED
   */
  renew(hold: LeaseHold, durationMs: number): Promise<void>;
  /** Give it back; nothing happens if it is not ours any more. The fence is never given again. @throws LEDGER_FAILED */
  release(hold: LeaseHold): Promise<void>;
}

export interface LeaseHeld {
  readonly heldBy: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

export interface Secrets {
  /** @throws SECRET_UNAVAILABLE, naming the reference and never the value */
  get(ref: SecretRef): Promise<Secret>;
  /**
   * For when the value was refused: it is read anew if it was remembered, perhaps from before somebody changed it.
   * @returns `undefined` when there is no other value than the one given before
   * @throws as `get`
   */
  renew(ref: SecretRef): Promise<Secret | undefined>;
  /**
   * Keep another value in its place: durable when it resolves, and what `get` gives from then on. Whatever else is kept
   * there, such as other keys of the same JSON object, stays as it is, also if others write at the same time.
   * @returns `unwritable` for a store that takes nothing back: `env:` and `command:`
   * @throws SECRET_UNAVAILABLE when it may not have been kept
   */
  put(ref: SecretRef, value: Secret): Promise<'kept' | 'unwritable'>;
}

/** Who asks an authorization server for tokens, and where (RFC 6749 section 2). */
export interface TokenClient {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: Secret | undefined;
  readonly scope: string | undefined;
  /** The server may have an address in a loopback, private or link-local range. */
  readonly allowPrivateNetwork: boolean;
}

/** What a client has to show for the tokens (RFC 6749 sections 4.4 and 6). */
export type TokenGrant =
  { readonly kind: 'refresh-token'; readonly refreshToken: Secret } | { readonly kind: 'client-credentials' };

export interface IssuedTokens {
  readonly accessToken: Secret;
  /** From when it was asked for; `undefined` where the server says nothing. */
  readonly lifetimeMs: number | undefined;
  /** It may be the one that was shown, or take its place. */
  readonly refreshToken: Secret | undefined;
}

export interface TokenEndpoint {
  /**
   * One request, within a deadline of its own; its answer is of limited size.
   * @throws TOKEN_REFUSED, TOKEN_UNAVAILABLE, ADDRESS_NOT_ALLOWED
   */
  issue(client: TokenClient, grant: TokenGrant): Promise<IssuedTokens>;
}

/** What opens the way to an account's server: every secret it needs, as it is now. */
export interface Access {
  readonly credential: Credential;
  readonly clientCertificate: ClientCertificate | undefined;
  readonly proxyPassword: Secret | undefined;
  /** What its owner should know and is no failure: a rotated refresh token that could not be kept. */
  readonly notices?: readonly string[];
}

/** Both as PEM. */
export interface ClientCertificate {
  readonly certificate: Secret;
  readonly key: Secret;
}

export interface AccountAccess {
  /** @throws SECRET_UNAVAILABLE; of an account with OAuth2 also TOKEN_REFUSED, TOKEN_UNAVAILABLE */
  get(account: Account): Promise<Access>;
  /**
   * For when the server refused the login: what was remembered is read, or asked for, anew.
   * @returns `undefined` when there is nothing other than was given before
   * @throws as `get`
   */
  renew(account: Account): Promise<Access | undefined>;
}

/** A stored message whose derived objects are still to be made. */
export interface ParseJob {
  readonly ingest: IngestFacts;
}

export interface JobQueue<Job> {
  /** The job will be done, after a crash too; perhaps more than once. Durable when it resolves. */
  enqueue(job: Job): Promise<void>;
}

/** A queue that takes many jobs at once for less. */
export interface BulkJobQueue<Job> extends JobQueue<Job> {
  /**
   * As `enqueue` for each; those that were taken stay taken when it throws.
   * @throws QUEUE_FAILED
   */
  enqueueAll(jobs: readonly Job[]): Promise<void>;
}

/** Tells others what happened. */
export interface EventSink {
  /**
   * Each event at least once when it resolves; perhaps more than once, and in any order: `id` tells repeats.
   * @throws EVENTS_FAILED when some may not have been taken
   */
  publish(events: readonly FerryEvent[]): Promise<void>;
}

/** What an account is to be, as its owner's configuration says. */
export interface AppliedAccount {
  readonly account: Account;
  /** Epoch milliseconds of the last change to it. */
  readonly appliedAt: number;
}

/** An account and all that decides whether and how it is worked on, by one strongly consistent read. */
export interface AccountView {
  /** `undefined` if nobody has applied it, or it was removed. */
  readonly applied: AppliedAccount | undefined;
  readonly state: AccountState;
  readonly drain: Drain | undefined;
  /** The last run whose events were published. */
  readonly announcedRunId: string | undefined;
}

/** An account as the index of schedules shows it: a moment late, perhaps. */
export interface ScheduledAccount {
  readonly id: AccountId;
  readonly slot: Slot;
  readonly appliedAt: number;
  /** Not before this time, after failures. */
  readonly nextAttemptAt: number | undefined;
  readonly suspendedFor: string | undefined;
  /** Renewed within an hour by an account that is well, not by each poll. */
  readonly lastSuccessAt: number | undefined;
}

/** The accounts that are worked on without anybody asking. Removing one never touches what the ledger knows of its mail. */
export interface AccountDirectory {
  /** @throws LEDGER_FAILED */
  view(account: AccountId): Promise<AccountView>;
  /**
   * Put the account there, or change it. A change ends its suspension, and it is polled in its next turn.
   * @throws LEDGER_FAILED
   */
  apply(account: Account): Promise<'created' | 'changed' | 'unchanged'>;
  /** @returns whether it was there. @throws LEDGER_FAILED */
  remove(account: AccountId): Promise<boolean>;
  /** End its suspension and its back-off. @throws LEDGER_FAILED */
  resume(account: AccountId): Promise<void>;
  /** All accounts of all slots, in no particular order. @throws LEDGER_FAILED */
  list(): AsyncIterable<ScheduledAccount>;
  /** The schedules that accounts have, each once; one that nobody has any more may be among them. @throws LEDGER_FAILED */
  schedules(): Promise<readonly Schedule[]>;
  /**
   * @param unreadable told of each account that is passed over because what is shown of it cannot be read; without it that
   *   is thrown
   * @throws LEDGER_FAILED
   */
  inSlot(slot: Slot, unreadable?: (error: unknown) => void): AsyncIterable<ScheduledAccount>;
  /**
   * The accounts, of all slots but the paused, whose `nextAttemptAt` is later than `afterMs` and not later than `untilMs`, in
   * its order; a moment late, perhaps. Both are whole epoch milliseconds.
   * @throws LEDGER_FAILED
   */
  retriesDue(afterMs: number, untilMs: number): AsyncIterable<AccountId>;
  /** The last minute of Unix time that was dispatched; `undefined` before the first. @throws LEDGER_FAILED */
  lastTick(): Promise<number | undefined>;
  /** @returns `stale` if another dispatcher was faster: nothing is written then. @throws LEDGER_FAILED */
  saveTick(minute: number, before: number | undefined): Promise<'saved' | 'stale'>;
  /**
   * Change the account's drain from what it was, told by id, slice and isSent. `undefined`: there is none.
   * @returns `stale` if it is another one by now: nothing is written then. @throws LEDGER_FAILED
   */
  saveDrain(
    account: AccountId,
    drain: Drain | undefined,
    before: Drain | undefined,
  ): Promise<'saved' | 'stale'>;
  /** The run's events are published. @throws LEDGER_FAILED */
  announced(account: AccountId, runId: string): Promise<void>;
}

/** One file for people and other programs, outside the archive: it has its name only once it is whole. */
export interface OutputFile {
  /**
   * All of the octets, or none of them if `octets` throws. One call at a time.
   * @throws EXPORT_UNWRITABLE, after which the file is of no use; what `octets` throws
   */
  append(octets: AsyncIterable<Uint8Array>): Promise<void>;
  /** Durable and under its name when it resolves. @throws EXPORT_EXISTS, EXPORT_UNWRITABLE */
  finish(): Promise<void>;
  /** Takes away what was not finished. Safe to repeat. */
  close(): Promise<void>;
}

/** A folder of files for people and other programs, outside the archive. Names are paths with `/` below it. */
export interface OutputFolder {
  /** @throws EXPORT_UNWRITABLE */
  has(name: string): Promise<boolean>;
  /** What lies right in a folder below it, in no particular order; nothing if that is not there. @throws EXPORT_UNWRITABLE */
  names(folder: string): AsyncIterable<string>;
  /**
   * The file appears whole or not at all, never over another: then it `exists`, and nothing is compared.
   * @param modifiedAt the time the file gets
   * @throws EXPORT_UNWRITABLE; what `octets` throws
   */
  write(name: string, octets: AsyncIterable<Uint8Array>, modifiedAt: Date): Promise<'written' | 'exists'>;
  /** Every name that was given is durable when it resolves. Safe to repeat. @throws EXPORT_UNWRITABLE */
  finish(): Promise<void>;
}
