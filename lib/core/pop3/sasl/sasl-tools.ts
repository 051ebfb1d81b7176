// What the login mechanisms compute with. Pure functions all, given as an argument because core imports nothing.

export type HashName = 'md5' | 'sha1' | 'sha256';

export interface SaslTools {
  hash(name: HashName, octets: Uint8Array): Uint8Array;
  /** RFC 2104. */
  hmac(name: HashName, key: Uint8Array, octets: Uint8Array): Uint8Array;
  /** PBKDF2 (RFC 8018 section 5.2) with HMAC, as long as the hash. Blocks for as long as `iterations` take. */
  pbkdf2(name: HashName, password: Uint8Array, salt: Uint8Array, iterations: number): Uint8Array;
  /**
   * SASLprep (RFC 4013), or `undefined` where it has no form of `text` (a forbidden character, mixed directions).
   * @param as `query` lets code points pass that Unicode 3.2 did not know; `stored` does not (RFC 3454 section 7)
   */
  saslprep(text: string, as: 'query' | 'stored'): string | undefined;
}
