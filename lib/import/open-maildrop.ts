// The maildrop of a run, logged into with the password of now.

import type { AccountState } from '../core/account-state.ts';
import { toRunError } from '../core/run-error.ts';
import type { Secret } from '../core/secret.ts';
import type { AccountRun } from './account-run.ts';
import { Maildrop } from './maildrop.ts';

/**
 * A password that was remembered and is refused may have been changed since: once, the one of now is tried.
 * @throws as Maildrop.open and Secrets
 */
export async function openMaildrop(run: AccountRun, state: AccountState): Promise<Maildrop> {
  const { account, ports, options } = run;
  const open = async (password: Secret): Promise<Maildrop> =>
    await Maildrop.open({
      account,
      password,
      dialer: ports.dialer,
      signal: options.abort,
      expectsUidls: (state.progress?.lastListing?.recorded ?? 0) > 0,
    });
  const password = await ports.secrets.get(account.password);
  try {
    return await open(password);
  } catch (error) {
    if (toRunError(error).code !== 'POP3_AUTH_FAILED') throw error;
    const renewed = await ports.secrets.renew(account.password);
    if (renewed === undefined) throw error;
    return await open(renewed);
  }
}
