// Findings of cdk-nag that are looked at and kept, each with its reason beside the resource it is about. Works without
// cdk-nag: then it is a note in the construct tree.

import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** @param rule such as `AwsSolutions-S1` */
export function acknowledge(scope: IConstruct, rule: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: rule, reason });
}

/** Of one resource of a policy's statement that has a `*` in it. @param resource as the statement has it, tokens and all */
export function acknowledgeWildcard(scope: IConstruct, resource: string, reason: string): void {
  const named = nameOf(Stack.of(scope).resolve(resource));
  acknowledge(scope, `AwsSolutions-IAM5[Resource::${named}]`, reason);
}

/**
 * As cdk-nag writes a reference into the name of a finding: `<LogicalId.Arn>/raw/*`.
 * @param reference resolved
 */
export function nameOf(reference: unknown): string {
  if (typeof reference === 'string') return reference;
  const { Ref, ...functions } = reference as Readonly<Record<string, unknown>>;
  if (typeof Ref === 'string') return `<${Ref}>`;
  const getAtt = functions['Fn::GetAtt'];
  if (Array.isArray(getAtt)) return `<${getAtt.join('.')}>`;
  const join = functions['Fn::Join'];
  if (Array.isArray(join)) return (join[1] as unknown[]).map(nameOf).join(String(join[0]));
  throw new Error(`${JSON.stringify(reference)} cannot be written as the name of a finding`);
}
