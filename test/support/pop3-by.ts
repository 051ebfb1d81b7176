// What a session needs from the world, with the dialer of a test.

import { nodeLoginTools } from '../../lib/adapters/node-login-tools.ts';
import { SocketDialer } from '../../lib/adapters/socket-dialer.ts';
import type { Dialer, Pop3Ports } from '../../lib/ports/pop3.ts';

export function pop3By(dialer: Dialer): Pop3Ports {
  return { dialer, login: nodeLoginTools };
}

export const pop3BySocket: Pop3Ports = pop3By(new SocketDialer());
