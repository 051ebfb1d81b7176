// A SASL mechanism (RFC 4422) seen from the client, without I/O: octets of a challenge in, octets of a response out.
// It knows nothing of AUTH, base64 or lines, and never puts a secret or a server's words into an error.

export interface SaslExchange {
  /** As AUTH names it (RFC 5034). */
  readonly mechanism: string;
  /**
   * What the client says first; `undefined`: the server does. It goes with AUTH, or as the answer to the first, empty
   * challenge where the line would be too long or the server refuses that form. It is not an answer of `respond`.
   */
  readonly initialResponse: Uint8Array | undefined;
  /**
   * @param challenge decoded; empty for `+` alone and for text that is no base64
   * @throws what has the exchange cancelled with `*`: POP3_PROTOCOL, POP3_AUTH_FAILED
   */
  respond(challenge: Uint8Array): Uint8Array;
  /** On `+OK`. @throws POP3_PROTOCOL if that is no success: our proof was never sent, or the server never gave its own */
  finish(): void;
  /**
   * Whether what the exchange has given out so far holds or proves the secret. While it does not, a refusal says nothing
   * about the secret. From the start for a mechanism with the secret in its initial response.
   */
  readonly isSecretSpent: boolean;
  /** What a challenge said about a token that is refused; the server's -ERR follows. */
  readonly tokenRefusal: TokenRefusal | undefined;
}

/** The error challenge of OAUTHBEARER (RFC 7628 section 3.2.2) and XOAUTH2, as far as it is of use. */
export interface TokenRefusal {
  /** An HTTP status (`401`), an error of RFC 6750 section 3.1 (`invalid_token`), or `unknown`. Safe to print. */
  readonly status: string;
}

/** The TLS connection under the login, as both ends see it and nobody in between (RFC 5929, RFC 9266). */
export interface ChannelBinding {
  readonly type: 'tls-unique' | 'tls-exporter' | 'tls-server-end-point';
  readonly data: Uint8Array;
}
