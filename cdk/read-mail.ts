// The right to read mail, for whoever works on with it.

import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { DERIVED_PREFIXES, RAW_PREFIX } from './storage.ts';
import { viaService } from './via-service.ts';

/** For somebody of another AWS account by the buckets' own policies too; of a key with a policy of its own its owner has to. */
export function grantReadMail(grantee: IGrantable, raw: Bucket, derived: Bucket): Grant {
  return [
    ...grantRead(grantee, raw, [RAW_PREFIX], {
      objects: ['s3:GetObject', 's3:GetObjectVersion'],
      bucket: ['s3:ListBucket', 's3:ListBucketVersions'],
    }),
    ...grantRead(grantee, derived, DERIVED_PREFIXES, {
      objects: ['s3:GetObject'],
      bucket: ['s3:ListBucket'],
    }),
    ...grantKey(grantee, raw),
  ].reduce((all, one) => all.combine(one));
}

function grantRead(
  grantee: IGrantable,
  bucket: Bucket,
  prefixes: readonly string[],
  actions: Readonly<Record<'objects' | 'bucket', string[]>>,
): Grant[] {
  const objects = prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`));
  const grant = (what: string[], resourceArns: string[]): Grant =>
    Grant.addToPrincipalOrResource({ grantee, actions: what, resourceArns, resource: bucket });
  return [grant(actions.objects, objects), grant(actions.bucket, [bucket.bucketArn])];
}

/** Both buckets have the same. */
function grantKey(grantee: IGrantable, bucket: Bucket): Grant[] {
  const { encryptionKey: key } = bucket;
  if (key === undefined) return [];
  return [
    Grant.addToPrincipalOrResource({
      grantee,
      actions: ['kms:Decrypt'],
      resourceArns: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': viaService(bucket, 's3') } },
      resource: key,
      // In its own policy a key has no other name.
      resourceSelfArns: ['*'],
    }),
  ];
}
