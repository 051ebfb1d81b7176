// What login mechanisms compute with, by node:crypto and @mongodb-js/saslprep.

import { saslprep } from '@mongodb-js/saslprep';
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { SaslTools } from '../core/pop3/sasl/sasl-tools.ts';

const DIGEST_OCTETS = { md5: 16, sha1: 20, sha256: 32 } as const;

export const nodeSaslTools: SaslTools = Object.freeze({
  hash: (name, octets) => createHash(name).update(octets).digest(),
  hmac: (name, key, octets) => createHmac(name, key).update(octets).digest(),
  pbkdf2: (name, password, salt, iterations) =>
    pbkdf2Sync(password, salt, iterations, DIGEST_OCTETS[name], name),
  saslprep: (text, as) => {
    try {
      return saslprep(text, { allowUnassigned: as === 'query' });
    } catch {
      // It throws for nothing else, and what it throws adds nothing for the one who has to choose another way.
      return undefined;
    }
  },
} satisfies SaslTools);
