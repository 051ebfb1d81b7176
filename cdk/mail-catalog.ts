// The catalog as a table for Athena: one row for each message, partitioned by account and day, found by projection, so that
// nobody has to crawl or to add partitions. Off unless it is asked for: this version writes no catalog rows yet.

import { Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { notDeployable } from './not-deployable.ts';

const ADDRESSES = 'array<struct<name:string,email:string>>';

/** As the rows of `catalog/v1/` have them. */
const COLUMNS: readonly (readonly [string, string])[] = [
  ['sha256', 'string'],
  ['size', 'bigint'],
  ['rawKey', 'string'],
  ['parsedKey', 'string'],
  ['messageId', 'array<string>'],
  ['from', ADDRESSES],
  ['to', ADDRESSES],
  ['cc', ADDRESSES],
  ['subject', 'string'],
  ['sentAt', 'string'],
  ['receivedAt', 'string'],
  ['preview', 'string'],
  ['attachments', 'array<struct<name:string,type:string,size:bigint,sha256:string>>'],
  ['problems', 'array<string>'],
];

export class MailCatalog extends Construct {
  readonly database: CfnDatabase;
  readonly table: CfnTable;

  /** @param databaseName lower case letters, digits and `_` */
  constructor(scope: Construct, id: string, derived: Bucket, databaseName: string) {
    super(scope, id);
    if (!/^[a-z0-9_]{1,255}$/.test(databaseName)) {
      throw notDeployable(`catalogDatabase is ${databaseName}`, 'a-z, 0-9 and _ are allowed');
    }
    const { account } = Stack.of(this);
    this.database = new CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: { name: databaseName, description: 'Mailferry: imported mail' },
    });
    const location = `s3://${derived.bucketName}/catalog/v1/`;
    this.table = new CfnTable(this, 'Messages', {
      catalogId: account,
      databaseName,
      tableInput: {
        name: 'messages',
        description: 'One row for each message; ask for an account and for days',
        tableType: 'EXTERNAL_TABLE',
        parameters: { classification: 'json', ...projection(location) },
        partitionKeys: [
          { name: 'account', type: 'string' },
          { name: 'ingest_dt', type: 'string' },
        ],
        storageDescriptor: {
          location,
          columns: COLUMNS.map(([name, type]) => ({ name: name.toLowerCase(), type })),
          inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          serdeInfo: { serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
        },
      },
    });
    this.table.addResourceDependency(this.database);
  }
}

/** `account` has to be in every query's WHERE; days are counted. */
function projection(location: string): Record<string, string> {
  return {
    'projection.enabled': 'true',
    'projection.account.type': 'injected',
    'projection.ingest_dt.type': 'date',
    'projection.ingest_dt.format': 'yyyy-MM-dd',
    'projection.ingest_dt.range': '2026-01-01,NOW',
    'storage.location.template': `${location}account=\${account}/ingest_dt=\${ingest_dt}`,
  };
}
