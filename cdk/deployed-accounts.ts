// The accounts of the configuration, put into the table whenever they change in a deployment. One that is no longer among them
// is polled no longer; what is known of its mail stays. Accounts that others put there are left alone, and so is everything
// when the stack is taken down. It is there without accounts too: else nobody would take out those that were there before.

import { CustomResource, Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { VARIABLES } from '../functions/environment.ts';
import { toSpec } from '../lib/core/account-spec.ts';
import type { Account } from '../lib/core/account.ts';
import { ImporterFunction } from './importer-function.ts';
import { codeOf } from './lambda-code.ts';
import { notDeployable } from './not-deployable.ts';
import { grantAccounts } from './permissions.ts';
import type { Resources } from './resources.ts';
import { ACCOUNTS_SIZE } from './sizes.ts';

export interface DeployedAccountsProps {
  /** Such as the functions can work on: see lib/config/deployable-accounts.ts. */
  readonly accounts: readonly Account[];
  readonly resources: Resources;
  /** Another one: the accounts are put there even though nothing else changed. */
  readonly deployment: string | undefined;
  readonly codeFolder: string | undefined;
  readonly logRetention: RetentionDays;
}

/** CloudFormation sends what was and what is, and Lambda takes 256 KB of both in some places still. */
const MAX_SPECS_OCTETS = 120_000;

export class DeployedAccounts extends Construct {
  /** @throws CONFIG_INVALID when there are too many */
  constructor(scope: Construct, id: string, props: DeployedAccountsProps) {
    super(scope, id);
    const specs = Object.fromEntries(props.accounts.map((account) => [account.id, toSpec(account)]));
    checkSize(specs);
    const fn = new ImporterFunction(this, 'Function', {
      description: 'Mailferry: puts the accounts of the configuration into the table, at deployment',
      code: codeOf('accounts', props.codeFolder),
      handler: 'index.handler',
      size: ACCOUNTS_SIZE,
      environment: { [VARIABLES.table]: props.resources.table.tableName },
      logRetention: props.logRetention,
      placement: undefined,
    });
    grantAccounts(fn, props.resources);
    void new CustomResource(this, 'Applied', {
      resourceType: 'Custom::MailferryAccounts',
      serviceToken: fn.lambda.functionArn,
      // Instead of an hour, should the function never answer.
      serviceTimeout: Duration.seconds(2 * ACCOUNTS_SIZE.timeoutSeconds),
      properties: {
        // An account each, so that `cdk diff` shows which one changes.
        Accounts: specs,
        // A new table has none of them.
        Table: props.resources.table.tableName,
        Deployment: props.deployment,
      },
    });
  }
}

function checkSize(specs: Readonly<Record<string, string>>): void {
  const octets = Buffer.byteLength(JSON.stringify(specs));
  if (octets <= MAX_SPECS_OCTETS) return;
  throw notDeployable(
    `${Object.keys(specs).length} accounts are ${octets} octets, and a deployment carries ${MAX_SPECS_OCTETS}`,
    'deploy without accounts, and put them into the table with: mailferry accounts apply',
  );
}
