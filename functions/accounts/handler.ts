// The custom resource of the stack: called by CloudFormation at each deployment of the app, and at each of the construct that
// changes the accounts. When the stack goes it does nothing, for the table stays.

import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { DynamodbAccountDirectory } from '../../lib/adapters/dynamodb-account-directory.ts';
import { DynamodbTable } from '../../lib/adapters/dynamodb-table.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import { readAccountsSettings } from '../environment.ts';
import { answerCloudFormation } from './answer-cloudformation.ts';
import type { Outcome } from './answer-cloudformation.ts';
import { applyDeployed } from './apply-deployed.ts';
import type { Specs } from './apply-deployed.ts';

interface Properties {
  readonly Accounts?: Specs;
}

type Event = CloudFormationCustomResourceEvent<Properties & { readonly ServiceToken: string }>;

export async function handler(event: Event): Promise<void> {
  const outcome = await apply(event);
  console.log(JSON.stringify({ request: event.RequestType, ...outcome }));
  await answerCloudFormation(event, outcome);
}

/** Never throws: whoever waits is told. */
async function apply(event: Event): Promise<Outcome> {
  if (event.RequestType === 'Delete') return { status: 'SUCCESS', data: {} };
  try {
    const { table: name } = readAccountsSettings(process.env);
    using table = new DynamodbTable({ table: name });
    const { Accounts: after = {} } = event.ResourceProperties;
    const { Accounts: before = {} } = event.RequestType === 'Update' ? event.OldResourceProperties : {};
    // What is deployed is the truth, after a rollback too: by then a later version may have written what is there.
    const directory = new DynamodbAccountDirectory(table, Date.now, { replacesUnreadable: true });
    return { status: 'SUCCESS', data: await applyDeployed({ before, after }, directory) };
  } catch (error) {
    return { status: 'FAILED', reason: describe(error) };
  }
}

/** Only of our own errors is it known that nothing secret is in them. */
function describe(error: unknown): string {
  if (error instanceof MailferryError) {
    const { code, message, hint } = error;
    return `${code}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
  }
  console.error(error instanceof Error ? error.stack : 'something else than an Error was thrown');
  return 'a mistake in the function: see its log';
}
