// The Secrets port for tests in which every account has the same password, that never changes.

import type { Secret } from '../../lib/core/secret.ts';
import type { Secrets } from '../../lib/ports/access.ts';

export function fixedSecrets(password: Secret): Secrets {
  return { get: async () => password, renew: async () => undefined, put: async () => 'unwritable' };
}
