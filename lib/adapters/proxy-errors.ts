// What a proxy that does not do its work means for the person who configured the account. Never holds what was sent to it:
// its password was among that.

import { MailferryError } from '../core/errors.ts';
import type { TunnelRequest } from './proxy-tunnel.ts';

/**
 * - `login` the proxy does not take user and password, or wants some
 * - `forbidden` it does not let us through to that server
 * - `failed` anything else: it could not reach the server, or is no proxy
 */
export type ProxyRefusal = 'login' | 'forbidden' | 'failed';

const HINTS: Readonly<Record<ProxyRefusal, string>> = {
  login: 'check the user in proxy.url and proxy.password of this account',
  forbidden:
    'the rules of the proxy do not let this account through: ask its administrator to permit host and port',
  failed: 'check proxy, host and port of this account, and that proxy and server are up',
};

/** @param detail in words of the proxy's protocol, never of the request */
export function proxyFailed(
  { place, host, port }: TunnelRequest,
  refusal: ProxyRefusal,
  detail: string,
): MailferryError {
  return new MailferryError(
    `the proxy ${place.host}:${place.port} gave no connection to ${host}:${port}: ${detail}`,
    {
      code: 'CONNECT_FAILED',
      scope: refusal === 'failed' ? 'session' : 'account',
      retryable: refusal === 'failed',
      hint: HINTS[refusal],
    },
  );
}
