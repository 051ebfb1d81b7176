// The AccountAccess port for tests in which every account has the same password, that never changes.

import { Secret } from '../../lib/core/secret.ts';
import type { Access, AccountAccess } from '../../lib/ports/access.ts';

export function passwordAccess(password: string): Access {
  return {
    credential: { kind: 'password', password: new Secret(password) },
    clientCertificate: undefined,
    proxyPassword: undefined,
  };
}

export function fixedAccess(password: string): AccountAccess {
  return { get: async () => passwordAccess(password), renew: async () => undefined };
}
