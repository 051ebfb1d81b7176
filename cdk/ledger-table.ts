// The table: what is known of every message, and the accounts with their schedules. Kept whatever becomes of the stack, and
// restorable to any second of the last 35 days.

import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

/** By it the dispatcher finds the accounts that are due, without looking at the others. */
export const SLOT_INDEX = 'slot-index';

/** By it the dispatcher finds the accounts whose back-off is over. Only accounts that wait after failures are in it. */
export const RETRY_INDEX = 'retry-index';

/** A rename of `id` would make a new, empty table: every message would be fetched again (and found stored). */
export function createLedgerTable(scope: Construct, id: string): Table {
  const table = new Table(scope, id, {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    timeToLiveAttribute: 'ttl',
    removalPolicy: RemovalPolicy.RETAIN,
  });
  table.addGlobalSecondaryIndex({
    indexName: SLOT_INDEX,
    partitionKey: { name: 'slot', type: AttributeType.STRING },
    sortKey: { name: 'pk', type: AttributeType.STRING },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['appliedAt', 'notBefore', 'lastSuccessAt', 'suspendedFor'],
  });
  table.addGlobalSecondaryIndex({
    indexName: RETRY_INDEX,
    partitionKey: { name: 'retry', type: AttributeType.STRING },
    sortKey: { name: 'notBefore', type: AttributeType.NUMBER },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['slot'],
  });
  return table;
}
