// A port: Where octets are kept: the archive, and the files that an export makes.
// Expected outcomes are return values; anything thrown is a MailferryError.

import type { Sha256 } from '../core/record.ts';

/** Octets that can be read more than once, with what they must prove to be. */
export interface Blob {
  readonly sizeOctets: number;
  readonly sha256: Sha256;
  open(): AsyncIterable<Uint8Array>;
  /** Absolute path of a file that has them and nothing else, which nobody will change any more. A store may link it. */
  readonly file?: string;
  /** All of them, if they are in memory anyway. Nobody changes them, also later. */
  readonly octets?: Uint8Array | undefined;
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
  /**
   * Where an object can be seen before its name is durable, as in a folder: makes durable that of one that is there. Whoever put it
   * may have died in between. Absent elsewhere. @throws ARCHIVE_UNWRITABLE
   */
  makeDurable?(key: string): Promise<void>;
  /** Every key below a prefix that ends in `/`, in no particular order. @throws ARCHIVE_UNREADABLE */
  list(prefix: string): AsyncIterable<string>;
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
