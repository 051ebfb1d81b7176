// The exchange for a login method of AUTH.

import type { LoginMethod } from '../../account.ts';
import type { Credential } from '../../credential.ts';
import type { Secret } from '../../secret.ts';
import { startOauthBearer, startXoauth2 } from './bearer.ts';
import { startCramMd5 } from './cram-md5.ts';
import { unusable } from './login-field.ts';
import { startLogin } from './login.ts';
import { startPlain } from './plain.ts';
import type { ChannelBinding, SaslExchange } from './sasl-exchange.ts';
import type { SaslTools } from './sasl-tools.ts';
import { ScramExchange } from './scram.ts';

/** USER and APOP are commands of their own (RFC 1939). */
export type SaslMethod = Exclude<LoginMethod, 'USER' | 'APOP'>;

export interface SaslLogin {
  readonly user: string;
  readonly credential: Credential;
  /** As the account names them: OAUTHBEARER tells the server whom we mean. */
  readonly host: string;
  readonly port: number;
  /** As for ScramLogin; other mechanisms ignore it. */
  readonly nonce: string;
  /** For the -PLUS forms. */
  readonly channelBinding: ChannelBinding | undefined;
  /** For SCRAM without -PLUS: we could bind, and the server does not offer it. */
  readonly tellsOfBinding: boolean;
  readonly tools: SaslTools;
}

/** @throws POP3_COMMAND_INVALID before anything is sent, for a credential that does not go with the method */
export function startExchange(method: SaslMethod, login: SaslLogin): SaslExchange {
  const { user, tools } = login;
  switch (method) {
    case 'PLAIN':
      return startPlain(user, passwordOf(method, login));
    case 'LOGIN':
      return startLogin(user, passwordOf(method, login));
    case 'CRAM-MD5':
      return startCramMd5(user, passwordOf(method, login), tools);
    case 'XOAUTH2':
      return startXoauth2(user, tokenOf(method, login));
    case 'OAUTHBEARER':
      return startOauthBearer(user, tokenOf(method, login), login);
    case 'SCRAM-SHA-1':
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-1-PLUS':
    case 'SCRAM-SHA-256-PLUS':
      return startScram(method, login);
  }
}

function startScram(method: SaslMethod, login: SaslLogin): SaslExchange {
  const { user, nonce, tools, channelBinding, tellsOfBinding } = login;
  const isBound = method.endsWith('-PLUS');
  if (isBound && !channelBinding) throw unusable(`${method} needs a TLS connection that can be bound to`);
  return new ScramExchange({
    hash: method.startsWith('SCRAM-SHA-256') ? 'sha256' : 'sha1',
    user,
    password: passwordOf(method, login),
    nonce,
    binding: isBound && channelBinding ? channelBinding : tellsOfBinding ? 'supported' : 'none',
    tools,
  });
}

function passwordOf(method: SaslMethod, { credential }: SaslLogin): Secret {
  if (credential.kind === 'password') return credential.password;
  throw unusable(`${method} takes a password, and this account has an access token`);
}

function tokenOf(method: SaslMethod, { credential }: SaslLogin): Secret {
  if (credential.kind === 'access-token') return credential.token;
  throw unusable(`${method} takes an access token, and this account has a password`);
}
