// The other end of SCRAM, written from RFC 5802 section 3 on its own, to be honest or to lie.

import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

export interface ScramServer {
  readonly hash: 'sha1' | 'sha256';
  /** Prepared. */
  readonly password: string;
  readonly salt: Buffer;
  readonly iterations: number;
  /** Stands behind the client's. */
  readonly nonce: string;
  /** What the server sees of the channel; empty where nothing is bound. */
  readonly channel: Buffer;
}

export const HONEST: ScramServer = {
  hash: 'sha256',
  password: 'pencil',
  salt: Buffer.from('0123456789abcdef'),
  iterations: 4096,
  nonce: 'server"part=\'\\',
  channel: Buffer.alloc(0),
};

export function serverFirst(clientFirst: Uint8Array, { nonce, salt, iterations }: ScramServer): string {
  const clientNonce = /,r=([^,]*)$/.exec(Buffer.from(clientFirst).toString())?.[1];
  return `r=${clientNonce}${nonce},s=${salt.toString('base64')},i=${iterations}`;
}

/** The server's last message, or `undefined` where the client proves nothing or another channel. */
export function serverFinal(
  clientFirst: Uint8Array,
  first: string,
  clientFinal: Uint8Array,
  server: ScramServer,
): string | undefined {
  const { hash, password, salt, iterations, channel } = server;
  const said = Buffer.from(clientFirst).toString();
  const [, header = '', bare = ''] = /^([^,]*,[^,]*,)(.*)$/.exec(said) ?? [];
  const [, withoutProof = '', bound = '', proof = ''] =
    /^(c=([^,]*),r=[^,]*),p=(.*)$/.exec(Buffer.from(clientFinal).toString()) ?? [];
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  const salted = pbkdf2Sync(password, salt, iterations, hash === 'sha1' ? 20 : 32, hash);
  const authMessage = `${bare},${first},${withoutProof}`;
  const storedKey = createHash(hash).update(hmac(salted, 'Client Key')).digest();
  const signature = hmac(storedKey, authMessage);
  const clientKey = Buffer.from(proof, 'base64').map((octet, i) => octet ^ (signature[i] ?? 0));
  const isProven = createHash(hash).update(clientKey).digest().equals(storedKey);
  const isBound = Buffer.concat([Buffer.from(header), channel]).toString('base64') === bound;
  if (!isProven || !isBound) return undefined;
  return `v=${hmac(hmac(salted, 'Server Key'), authMessage).toString('base64')}`;
}
