// Accounts as the functions in AWS can work on them: without files of this machine, and with passwords they can look up.
// Of a caFile only the certificates go along, never a key that may lie in the same file.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Account } from '../core/account.ts';
import { describeError, MailferryError } from '../core/errors.ts';
import { secretRefsOf } from '../core/secret-refs.ts';

/** Every poll reads its account: a whole bundle of authorities would cost more than the rest of the poll. */
const MAX_PEM_OCTETS = 32 * 1024;

/** @throws CONFIG_INVALID with every problem of every account */
export function toDeployableAccounts(accounts: readonly Account[]): readonly Account[] {
  const problems: string[] = [];
  const deployable = accounts.map((account) => {
    for (const { key, ref } of secretRefsOf(account)) {
      if (ref.store === 'secretsmanager' || ref.store === 'ssm') continue;
      problems.push(
        `${account.id}: ${key} is ${ref.store}:..., expected secretsmanager:ID[#json-key] or ssm:/path`,
      );
    }
    const { caFile } = account;
    if (caFile === undefined) return account;
    try {
      return Object.freeze({ ...account, caFile: undefined, caPem: readCertificates(caFile) });
    } catch (error) {
      problems.push(`${account.id}: caFile ${caFile}: ${describeError(error)}`);
      return account;
    }
  });
  if (problems.length > 0) throw undeployable(problems);
  return deployable;
}

/** @throws Error that says what is wrong with the file */
function readCertificates(path: string): string {
  const text = readFileSync(path, 'latin1');
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (!blocks) throw new Error('expected one or more certificates in PEM, found none');
  for (const [index, block] of blocks.entries()) {
    try {
      void new X509Certificate(block);
    } catch (error) {
      throw new Error(`its certificate ${index + 1} cannot be read`, { cause: error });
    }
  }
  const pem = `${blocks.map((block) => block.replaceAll('\r\n', '\n')).join('\n')}\n`;
  if (pem.length <= MAX_PEM_OCTETS) return pem;
  throw new Error(
    `its certificates have ${pem.length} octets, expected at most ${MAX_PEM_OCTETS}: only those of this server's authority are needed`,
  );
}

function undeployable(problems: readonly string[]): MailferryError {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return new MailferryError(
    `the accounts cannot be applied, with ${count}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    {
      code: 'CONFIG_INVALID',
      scope: 'config',
      retryable: false,
      hint: 'functions in AWS work on these accounts: they have no environment, files or commands of this machine',
    },
  );
}
