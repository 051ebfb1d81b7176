// The LoginTools port by node:crypto.

import { randomBytes } from 'node:crypto';
import type { LoginTools } from '../ports/pop3.ts';
import { nodeSaslTools } from './node-sasl-tools.ts';

const NONCE_OCTETS = 24;

export const nodeLoginTools: LoginTools = Object.freeze({
  ...nodeSaslTools,
  newNonce: () => randomBytes(NONCE_OCTETS).toString('base64url'),
});
