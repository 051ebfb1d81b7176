// The parts of an account that most tests have no opinion about.

import type { Account, PasswordAuth, SecretRef } from '../../lib/core/account.ts';

/** A straight way to the server, and no tricks on it. */
export const STRAIGHT_WAY: Pick<Account, 'clientCertificate' | 'pins' | 'pipelining' | 'proxy'> = {
  pins: [],
  clientCertificate: undefined,
  proxy: undefined,
  pipelining: 'auto',
};

export function passwordAuth(store: SecretRef['store'], locator: string): PasswordAuth {
  return { kind: 'password', password: { store, locator }, method: undefined };
}
