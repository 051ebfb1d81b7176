// A stack with one importer, and what a person needs of it to go on: names for mailferry.yaml, for queries, for an allow list.

import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { MailboxImporterProps } from './mailbox-importer-props.ts';
import { MailboxImporter } from './mailbox-importer.ts';

export class ImporterStack extends Stack {
  readonly importer: MailboxImporter;

  constructor(scope: Construct, id: string, importer: MailboxImporterProps) {
    super(scope, id, { description: 'Mailferry: imports POP3 mailboxes into S3' });
    this.importer = new MailboxImporter(this, 'Importer', importer);
    const { rawBucket, derivedBucket, table, eventBus, alarms, egressAddress } = this.importer;
    this.#output('RawBucket', rawBucket.bucketName, 'the mail: archive: s3://...');
    this.#output('DerivedBucket', derivedBucket.bucketName, 'what is made of it: derived: s3://...');
    this.#output(
      'LedgerTable',
      table.tableName,
      'what was fetched, and the accounts: ledger: dynamodb://...',
    );
    if (eventBus !== undefined) this.#output('EventBusName', eventBus.eventBusName, 'for rules of your own');
    if (alarms !== undefined) this.#output('AlarmTopic', alarms.topic.topicArn, 'to subscribe to');
    if (egressAddress !== undefined) this.#output('EgressAddress', egressAddress, 'what mail servers see');
  }

  #output(name: string, value: string, description: string): void {
    void new CfnOutput(this, name, { value, description });
  }
}
