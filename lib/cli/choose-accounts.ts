// The accounts a command is about: those named, or all.

import type { Account } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';

/** @throws ACCOUNT_UNKNOWN */
export function chooseAccounts(accounts: readonly Account[], ids: readonly string[]): readonly Account[] {
  const unknown = ids.filter((id) => !accounts.some((account) => account.id === id));
  if (unknown.length > 0) {
    throw new MailferryError(
      `no account ${unknown.map((id) => `"${id}"`).join(', ')} in the configuration; it has: ${accounts.map(({ id }) => id).join(', ')}`,
      { code: 'ACCOUNT_UNKNOWN', scope: 'config', retryable: false },
    );
  }
  return ids.length === 0 ? accounts : accounts.filter(({ id }) => ids.includes(id));
}
