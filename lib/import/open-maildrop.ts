// The maildrop of a run, logged into with the password of now.

import type { AccountState } from '../core/account-state.ts';
import { LoginError } from '../core/pop3/failed-login.ts';
import { toRunError } from '../core/run-error.ts';
import type { AccountRun } from './account-run.ts';
import { Maildrop } from './maildrop.ts';
import type { Access } from '../ports/access.ts';

/**
 * A password that was remembered and is refused may have been changed since: once, the one of now is tried.
 * @throws as Maildrop.open and Secrets
 */
export async function openMaildrop(run: AccountRun, state: AccountState): Promise<Maildrop> {
  const { account, ports, options } = run;
  const open = async (access: Access): Promise<Maildrop> => {
    tellNotices(run, access);
    return await Maildrop.open({
      account,
      access,
      pop3: ports.pop3,
      signal: options.abort,
      expectsUidls: (state.progress?.lastListing?.recorded ?? 0) > 0,
    });
  };
  const access = await ports.access.get(account);
  try {
    return await open(access);
  } catch (error) {
    if (!mayBeRenewed(error, access)) throw error;
    const renewed = await ports.access.renew(account);
    if (renewed === undefined) throw error;
    return await open(renewed);
  }
}

/** A password may be another one by now; a token is asked for anew only where that can help. */
function mayBeRenewed(error: unknown, { credential }: Access): boolean {
  if (credential.kind === 'password') return toRunError(error).code === 'POP3_AUTH_FAILED';
  return error instanceof LoginError && error.renewsToken;
}

/** Each once, also when the login is tried a second time. */
function tellNotices({ book }: AccountRun, { notices = [] }: Access): void {
  for (const notice of notices)
    if (!book.notices.some(({ message }) => message === notice)) book.notice('TOKEN_NOT_KEPT', notice);
}
