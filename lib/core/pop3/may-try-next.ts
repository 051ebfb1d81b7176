// Whether a refused login may go on to the next candidate in the same session. A password that was tried and refused is
// never tried again in another way: servers count, wait longer each time, and lock the account or the address out.

import type { Capabilities } from './capabilities.ts';
import { meaningOf } from './refusal-meaning.ts';
import type { Reply } from './reply.ts';

/** `method` the server cannot or will not do this one · `unproven` it refused before anything of the secret was out */
export type GoOn =
  { readonly goesOn: true; readonly because: 'method' | 'unproven' } | { readonly goesOn: false };

/** Mechanism, method or command, and a word that says there is none such. */
const NO_SUCH_METHOD =
  /\b(un(supported|known|recogni[sz]ed|implemented)|no|invalid|bad|not a valid)\s+(\w+\s+){0,2}(mechanism|method|command|sasl|protocol|auth(entication)? type)\b|\b(mechanism|method|command|sasl|auth(entication)? type)\b[^.:;]{0,20}\b(un(supported|known|available|recogni[sz]ed)|not (yet )?(supported|implemented|known|available|allowed|enabled|recogni[sz]ed))|^not implemented/i;

/** Whether the words are about the login method and not about who logs in. Servers give them the code [AUTH] too. */
export function isMethodRefused(reply: Reply): boolean {
  return NO_SUCH_METHOD.test(reply.text);
}

/**
 * QUIRK(dovecot, passwords stored as hashes): SCRAM is listed, and refused at its first message with the words for a wrong
 * password. Nothing of the secret is out by then, so the next candidate is still the one attempt of this session.
 * @param isSecretSpent of the exchange; for USER and APOP: whether PASS or the digest was sent
 */
export function mayTryNext(reply: Reply, isSecretSpent: boolean, capabilities?: Capabilities): GoOn {
  if (isMethodRefused(reply)) return { goesOn: true, because: 'method' };
  const meaning = meaningOf(reply, capabilities);
  const isOfThisLogin = meaning === 'credential' || meaning === 'unknown';
  return !isSecretSpent && isOfThisLogin ? { goesOn: true, because: 'unproven' } : { goesOn: false };
}
