// What may stand in mailferry.yaml of the way to an account's server, beyond its address: whom to trust, how to show who we
// are, by which proxy, and whether to send commands ahead.

import * as z from 'zod';
import type { Account } from '../core/account.ts';
import { parseProxyUrl } from '../core/proxy-url.ts';
import { secretSchema, toSecretRef } from './secret-schema.ts';

const PIN_ALLOWED =
  'expected the SHA-256 of a public key (SPKI) in base64: 44 characters, the last of them "="';

const PINS_ALLOWED = 'expected a list of at least one pin';

const pins = z
  // 32 octets: of the last character before the padding only four bits count.
  .array(z.string(PIN_ALLOWED).regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, PIN_ALLOWED), PINS_ALLOWED)
  .min(1, PINS_ALLOWED);

const PROXY_ALLOWED =
  'expected socks5://[user@]host[:port], socks5h://[user@]host[:port] or http://[user@]host[:port], without a password';

const proxy = z
  .strictObject(
    {
      url: z
        .string(PROXY_ALLOWED)
        .refine((url) => parseProxyUrl(url) !== undefined, PROXY_ALLOWED)
        .describe('socks5: this program resolves the name of the server; socks5h and http: the proxy does'),
      password: secretSchema('the password of the proxy').optional(),
    },
    'expected { url: socks5://host:port }',
  )
  .superRefine(
    (value, context) => {
      const { url, password } = value as Readonly<Record<string, unknown>>;
      if (typeof url !== 'string' || password === undefined) return;
      const place = parseProxyUrl(url);
      if (!place || place.user !== undefined) return;
      context.addIssue({
        code: 'custom',
        path: ['url'],
        input: url,
        message: 'expected a user in it, as a password is given: socks5://user@host:port',
      });
    },
    { when: ({ value }) => typeof value === 'object' && value !== null },
  );

const clientCertificate = z.strictObject(
  {
    certificate: secretSchema('the certificate in PEM'),
    key: secretSchema('its private key in PEM'),
  },
  'expected { certificate: file:PATH, key: file:PATH }',
);

/** The keys of an account that are about transport. */
export const transportKeys = {
  pins: pins
    .optional()
    .describe(
      'keys one of which the server must have, on top of a certificate that is right: base64 of the SHA-256 of its public key',
    ),
  clientCertificate: clientCertificate
    .optional()
    .describe('the certificate to show to a server that asks for one'),
  proxy: proxy
    .optional()
    .describe('the proxy by which to reach the server; its address is judged as a server’s is'),
  pipelining: z
    .enum(['auto', 'always', 'never'], 'expected auto, always or never')
    .default('auto')
    .describe(
      'send commands before earlier ones are answered: auto where the server announces PIPELINING; always for one that can without saying so; never for one that cannot although it says so',
    ),
};

/** Keys that say something about TLS: none of them has a meaning without it. */
const TLS_KEYS = ['pins', 'clientCertificate'] as const;

/** Of an account, checked or not, that has `tls: none`. */
export function tlsKeysWithoutTls(
  account: Readonly<Record<string, unknown>>,
): readonly (typeof TLS_KEYS)[number][] {
  return account['tls'] === 'none' ? TLS_KEYS.filter((key) => account[key] !== undefined) : [];
}

type TransportFile = z.infer<z.ZodObject<typeof transportKeys>>;
type Transport = Pick<Account, 'pins' | 'clientCertificate' | 'proxy' | 'pipelining'>;

/** @param base the folder that the paths of files start from */
export function toTransport(
  { pins: keys, clientCertificate: own, proxy: way, pipelining }: TransportFile,
  base: string,
): Transport {
  return {
    pins: Object.freeze(keys ?? []),
    clientCertificate:
      own &&
      Object.freeze({
        certificate: toSecretRef(own.certificate, base),
        key: toSecretRef(own.key, base),
      }),
    proxy:
      way &&
      Object.freeze({
        url: way.url,
        password: way.password === undefined ? undefined : toSecretRef(way.password, base),
      }),
    pipelining,
  };
}
