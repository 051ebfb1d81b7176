// The right to read mail, for whoever works on with it.

import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { DERIVED_PREFIXES, RAW_PREFIX } from './storage.ts';

/** For somebody of another AWS account by the buckets' own policies too; of a key with a policy of its own its owner has to. */
export function grantReadMail(grantee: IGrantable, raw: Bucket, derived: Bucket): Grant {
  const key = raw.encryptionKey?.grantDecrypt(grantee);
  return [
    ...grantRead(grantee, raw, [RAW_PREFIX], ['s3:GetObject', 's3:GetObjectVersion']),
    ...grantRead(grantee, derived, DERIVED_PREFIXES, ['s3:GetObject']),
    ...(key === undefined ? [] : [key]),
  ].reduce((all, one) => all.combine(one));
}

function grantRead(
  grantee: IGrantable,
  bucket: Bucket,
  prefixes: readonly string[],
  actions: string[],
): Grant[] {
  const resourceArns = prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`));
  return [
    Grant.addToPrincipalOrResource({ grantee, actions, resourceArns, resource: bucket }),
    Grant.addToPrincipalOrResource({
      grantee,
      actions: ['s3:ListBucket'],
      resourceArns: [bucket.bucketArn],
      resource: bucket,
    }),
  ];
}
