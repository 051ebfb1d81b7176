// The catalog as a table for Athena: rows of messages, partitioned by account and day, found by projection, so that nobody has to
// crawl or to add partitions. A message may have several rows: docs/query.md has the view that keeps one.

import { Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { CatalogRow } from '../lib/core/catalog/catalog-row.ts';
import { notDeployable } from './not-deployable.ts';

const TEXTS = 'array<string>';
const ADDRESSES = 'array<struct<name:string,email:string>>';
const ATTACHMENTS = 'array<struct<name:string,type:string,size:bigint,sha256:string,is_inline:boolean>>';

/** As the rows have them: fails to compile when a column is missing here. Times are ISO 8601: `from_iso8601_timestamp` reads them. */
export const CATALOG_COLUMNS: Readonly<Record<keyof CatalogRow, string>> = {
  sha256: 'string',
  size: 'bigint',
  raw_key: 'string',
  parsed_key: 'string',
  archive_dt: 'string',
  run_id: 'string',
  fetched_at: 'string',
  message_id: 'string',
  edrm_mih: 'string',
  in_reply_to: 'string',
  reference_ids: TEXTS,
  from_addresses: ADDRESSES,
  to_addresses: ADDRESSES,
  cc_addresses: ADDRESSES,
  bcc_addresses: ADDRESSES,
  reply_to_addresses: ADDRESSES,
  subject: 'string',
  sent_at: 'string',
  received_at: 'string',
  attachment_count: 'bigint',
  attachment_size: 'bigint',
  attachments: ATTACHMENTS,
  preview: 'string',
  problems: TEXTS,
  is_cut: 'boolean',
  parser_version: 'string',
};

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
        name: 'message_rows',
        description: 'Rows of messages; ask for an account and for days',
        tableType: 'EXTERNAL_TABLE',
        parameters: { classification: 'json', ...projection(location) },
        partitionKeys: [
          { name: 'account', type: 'string' },
          { name: 'ingest_dt', type: 'string' },
        ],
        storageDescriptor: {
          location,
          columns: Object.entries(CATALOG_COLUMNS).map(([name, type]) => ({ name, type })),
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
