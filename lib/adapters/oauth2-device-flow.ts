// Tokens for a person who logs in at another device (RFC 8628): a code to type in there, and asking whether it was.

import {
  deviceAuthorizationRequest,
  deviceCodeGrantRequest,
  processDeviceAuthorizationResponse,
  processDeviceCodeResponse,
} from 'oauth4webapi';
import type { DeviceAuthorizationResponse } from 'oauth4webapi';
import { Secret } from '../core/secret.ts';
import type { IssuedTokens, TokenClient } from '../ports/access.ts';
import { quote, tokenRefused, tokenUnavailable } from './oauth2-errors.ts';
import type { RequestFacts } from './oauth2-errors.ts';
import { isRefusal, OAuth2Server, toIssued } from './oauth2-server.ts';
import type { ServerOptions } from './oauth2-server.ts';

export interface DeviceCode {
  /** For the person: where to go, and what to type in there. Both are one printable line. */
  readonly verificationUrl: string;
  readonly userCode: string;
  readonly expiresInMs: number;
  /** Between two questions whether it was typed in. */
  readonly intervalMs: number;
  readonly deviceCode: Secret;
}

/** RFC 8628 section 3.2, where the server says nothing. */
const DEFAULT_INTERVAL_S = 5;
/** Stops: asking without pause, or at intervals that no person waits for, because a server says so. */
const INTERVAL_LIMITS_S = [1, 60] as const;
/** Stops: waiting for ever for a code that never expires. */
const LONGEST_WAIT_S = 60 * 60;

export class DeviceFlow {
  readonly #client: TokenClient;
  readonly #deviceUrl: string;
  readonly #server: OAuth2Server;

  constructor(client: TokenClient, deviceUrl: string, options: ServerOptions = {}) {
    this.#client = client;
    this.#deviceUrl = deviceUrl;
    this.#server = new OAuth2Server(client, options, deviceUrl);
  }

  /** @throws TOKEN_REFUSED, TOKEN_UNAVAILABLE, ADDRESS_NOT_ALLOWED */
  async begin(): Promise<DeviceCode> {
    const { scope, clientSecret } = this.#client;
    const facts = { url: this.#deviceUrl, secrets: [clientSecret] };
    const answer = await this.#server.ask({
      facts,
      send: async ({ server, client, authentication, options }) =>
        await deviceAuthorizationRequest(
          server,
          client,
          authentication,
          scope === undefined ? {} : { scope },
          options,
        ),
      read: async ({ server, client }, response) =>
        await processDeviceAuthorizationResponse(server, client, response),
    });
    if (isRefusal(answer)) throw tokenRefused(facts, answer.refused);
    return toDeviceCode(facts, answer);
  }

  /**
   * @returns `pending` while nobody has typed the code in; `slow-down`: and ask less often from now on
   * @throws TOKEN_REFUSED, TOKEN_UNAVAILABLE, ADDRESS_NOT_ALLOWED
   */
  async ask({ deviceCode }: DeviceCode): Promise<IssuedTokens | 'pending' | 'slow-down'> {
    const { tokenUrl, clientSecret } = this.#client;
    const facts = { url: tokenUrl, secrets: [clientSecret, deviceCode] };
    const answer = await this.#server.ask({
      facts,
      send: async ({ server, client, authentication, options }) =>
        await deviceCodeGrantRequest(server, client, authentication, deviceCode.reveal(), options),
      read: async ({ server, client }, response) => await processDeviceCodeResponse(server, client, response),
    });
    if (!isRefusal(answer)) return toIssued(facts, answer);
    if (answer.refused.error === 'authorization_pending') return 'pending';
    if (answer.refused.error === 'slow_down') return 'slow-down';
    throw tokenRefused(facts, answer.refused);
  }
}

/** What a person is told to open and to type in is the server's, and goes onto a terminal. */
function toDeviceCode(
  facts: RequestFacts,
  { device_code, user_code, verification_uri, expires_in, interval }: DeviceAuthorizationResponse,
): DeviceCode {
  const url = URL.canParse(verification_uri) ? new URL(verification_uri) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || !/^[\x20-\x7e]{1,64}$/.test(user_code)) {
    const [shownUrl, shownCode] = [verification_uri, user_code].map((text) => quote(text, [], 60));
    throw tokenUnavailable(facts, `it says to open "${shownUrl}" and type in "${shownCode}"`);
  }
  const [least, most] = INTERVAL_LIMITS_S;
  return {
    verificationUrl: url.href,
    userCode: user_code,
    expiresInMs: Math.min(expires_in, LONGEST_WAIT_S) * 1000,
    intervalMs: Math.min(Math.max(interval ?? DEFAULT_INTERVAL_S, least), most) * 1000,
    deviceCode: new Secret(device_code),
  };
}
