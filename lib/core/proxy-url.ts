// What stands in the URL of a proxy. Pure; never holds the proxy's password, which is a secret with a place of its own.

export interface ProxyPlace {
  /** `socks5`: we resolve the server's name. `socks5h` and `http` (CONNECT): the proxy does. */
  readonly kind: 'socks5' | 'socks5h' | 'http';
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
}

/** IANA has 1080 for SOCKS; the URL standard has 80 for http and leaves it out of `port`. */
const DEFAULT_PORTS = { 'socks5:': 1080, 'socks5h:': 1080, 'http:': 80 } as const;

/** RFC 1929 section 2 has one octet for the length of a name. */
const MAX_USER_OCTETS = 255;

/** @returns `undefined` for anything but `socks5|socks5h|http://[user@]host[:port]`: a password in it too */
export function parseProxyUrl(text: string): ProxyPlace | undefined {
  const url = URL.parse(text);
  if (!url || !isKnown(url.protocol)) return undefined;
  const { hostname, username, password, pathname, search, hash } = url;
  const user = decoded(username);
  if (hostname === '' || password !== '' || search !== '' || hash !== '' || user === undefined)
    return undefined;
  if (pathname !== '' && pathname !== '/') return undefined;
  if (new TextEncoder().encode(user).length > MAX_USER_OCTETS || /\p{Cc}/v.test(user)) return undefined;
  return Object.freeze({
    kind: url.protocol.slice(0, -1) as ProxyPlace['kind'],
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port),
    user: user === '' ? undefined : user,
  });
}

type KnownProtocol = keyof typeof DEFAULT_PORTS;

function isKnown(protocol: string): protocol is KnownProtocol {
  return Object.hasOwn(DEFAULT_PORTS, protocol);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
