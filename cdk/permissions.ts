// What each function may do, by action, ARN and key. Whatever is not here it may not. Parsing is done where nothing can be read
// but mail and nothing written but what is made of it: no table, no secret, no queue to send to.

import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { acknowledgeWildcard } from './acknowledge.ts';
import type { Grant, ImporterFunction } from './importer-function.ts';
import { RETRY_INDEX, SLOT_INDEX } from './ledger-table.ts';
import type { Resources } from './resources.ts';
import { DERIVED_PREFIXES, RAW_PREFIX } from './storage.ts';
import { viaService } from './via-service.ts';

/** Finds accounts by their slots and by the end of their back-off, keeps its cursor, and sends. Reads nothing of an account but what the indexes show. */
export function grantDispatch(fn: ImporterFunction, { table, pollQueue, eventBus }: Resources): void {
  fn.allow(onItems('ReadSchedules', table, ['dynamodb:Query'], ['SCHEDULES']));
  fn.allow(onItems('KeepCursor', table, ['dynamodb:GetItem', 'dynamodb:PutItem'], ['DISPATCH']));
  fn.allow({
    sid: 'FindDueAccounts',
    actions: ['dynamodb:Query'],
    resources: [`${table.tableArn}/index/${SLOT_INDEX}`],
    conditions: leadingKeys(['every/*', 'cron/*']),
  });
  fn.allow({
    sid: 'FindRetries',
    actions: ['dynamodb:Query'],
    resources: [`${table.tableArn}/index/${RETRY_INDEX}`],
    conditions: leadingKeys(['retry']),
  });
  fn.allow({ sid: 'SendPolls', actions: ['sqs:SendMessage'], resources: [pollQueue.queueArn] });
  allowEvents(fn, eventBus);
}

/** Stores mail and records it; the secrets come on top. It cannot delete anything, nor touch the dispatcher's items. */
export function grantFetch(fn: ImporterFunction, resources: Resources): void {
  const { table, raw, drainQueue, eventBus } = resources;
  fn.allow(
    onItems(
      'KeepLedger',
      table,
      [
        'dynamodb:BatchGetItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      ['A#*', 'U#*'],
    ),
  );
  allowObjects(fn, 'StoreMail', raw, [RAW_PREFIX], ['s3:GetObject', 's3:PutObject']);
  fn.allow({ sid: 'TellAbsentFromForbidden', actions: ['s3:ListBucket'], resources: [raw.bucketArn] });
  fn.allow({ sid: 'SendDrains', actions: ['sqs:SendMessage'], resources: [drainQueue.queueArn] });
  allowEvents(fn, eventBus);
  // Reading: even the checksum that S3 keeps of an object is told only to those who may decrypt it.
  allowKey(fn, resources, ['kms:Decrypt', 'kms:GenerateDataKey']);
}

/** Reads mail and writes what is made of it. */
export function grantParse(fn: ImporterFunction, resources: Resources): void {
  const { raw, derived, messageBus } = resources;
  allowObjects(fn, 'ReadMail', raw, [RAW_PREFIX], ['s3:GetObject']);
  allowObjects(fn, 'WriteDerived', derived, DERIVED_PREFIXES, ['s3:GetObject', 's3:PutObject']);
  fn.allow({
    sid: 'TellAbsentFromForbidden',
    actions: ['s3:ListBucket'],
    resources: [raw.bucketArn, derived.bucketArn],
  });
  allowEvents(fn, messageBus);
  allowKey(fn, resources, ['kms:Decrypt', 'kms:GenerateDataKey']);
}

/** Puts accounts into the table, and takes them out of the schedules. */
export function grantAccounts(fn: ImporterFunction, { table }: Resources): void {
  fn.allow(onItems('ApplyAccounts', table, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ['A#*']));
  fn.allow(onItems('AnnounceSchedules', table, ['dynamodb:PutItem'], ['SCHEDULES']));
}

/** On the items of some partitions of the table. */
function onItems(
  sid: string,
  { tableArn }: Table,
  actions: readonly string[],
  keys: readonly string[],
): Grant {
  return { sid, actions, resources: [tableArn], conditions: leadingKeys(keys) };
}

function leadingKeys(keys: readonly string[]): NonNullable<Grant['conditions']> {
  return { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...keys] } };
}

function allowEvents(fn: ImporterFunction, bus: IEventBus | undefined): void {
  if (bus === undefined) return;
  fn.allow({ sid: 'PublishEvents', actions: ['events:PutEvents'], resources: [bus.eventBusArn] });
}

function allowObjects(
  fn: ImporterFunction,
  sid: string,
  bucket: Bucket,
  prefixes: readonly string[],
  actions: readonly string[],
): void {
  const resources = prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`));
  fn.allow({ sid, actions, resources });
  for (const resource of resources) {
    acknowledgeWildcard(
      fn.role,
      resource,
      'All objects of one kind: their names are hashes of mail to come.',
    );
  }
}

function allowKey(fn: ImporterFunction, { encryptionKey }: Resources, actions: readonly string[]): void {
  if (encryptionKey === undefined) return;
  fn.allow({
    sid: 'UseKeyThroughS3',
    actions,
    resources: [encryptionKey.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': viaService(fn, 's3') } },
  });
}
