// Accounts as `loadConfig` gives them, with passwords where functions can read them.

import { parseConfig } from '../../lib/config/load-config.ts';
import type { Account } from '../../lib/core/account.ts';

export const SAMPLE_CONFIG = `
archive: ./mail
accounts:
  - id: billing
    host: pop.example.com
    user: billing@example.com
    auth: { password: "secretsmanager:mailferry/pop3#billing" }
  - id: sales
    host: pop.example.com
    user: sales@example.com
    auth: { password: "ssm:/mailferry/sales" }
`;

export function sampleAccounts(): readonly Account[] {
  return parseConfig(SAMPLE_CONFIG, 'mailferry.yaml').accounts;
}
