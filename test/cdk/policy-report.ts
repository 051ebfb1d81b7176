// Every right in a template, in words that a person can compare: who may do what on what and when. Two statements that say the
// same come out the same.

import type { Properties, Synthesized } from './synthesized.ts';
import { plainId } from './synthesized.ts';

export interface Right {
  readonly effect: string;
  /** Only of a resource's own policy. */
  readonly principal?: unknown;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition?: unknown;
}

export interface PolicyReport {
  /** By role: who may take it on, its managed policies, its rights by their names. */
  readonly roles: Readonly<
    Record<
      string,
      { trust: readonly Right[]; managed: readonly unknown[]; rights: Readonly<Record<string, Right>> }
    >
  >;
  /** By resource: what its own policy says. */
  readonly resources: Readonly<Record<string, readonly Right[]>>;
}

export function reportPolicies(stack: Synthesized): PolicyReport {
  const roles = stack.ofType('AWS::IAM::Role').map(([id, { Properties: role }]) => {
    const policies = stack
      .ofType('AWS::IAM::Policy')
      .filter(([, { Properties: policy }]) => hasRole(policy, id));
    const statements = policies.flatMap(([, { Properties: policy }]) =>
      statementsOf(policy['PolicyDocument']),
    );
    const inline = ((role['Policies'] ?? []) as Properties[]).flatMap((one) =>
      statementsOf(one['PolicyDocument']),
    );
    const rights = [...statements, ...inline].map((statement): [string, Right] => {
      const sid: unknown = statement['Sid'];
      return [typeof sid === 'string' ? sid : JSON.stringify(statement), toRight(statement)];
    });
    return [
      plainId(id),
      {
        trust: statementsOf(role['AssumeRolePolicyDocument']).map(toRight),
        managed: (role['ManagedPolicyArns'] ?? []) as unknown[],
        rights: sorted(Object.fromEntries(rights)),
      },
    ] as const;
  });
  const ownPolicies = Object.entries(stack.resources).flatMap(([id, { Type, Properties: own }]) =>
    Type === 'AWS::IAM::Policy' || own?.['PolicyDocument'] === undefined
      ? []
      : [[plainId(id), statementsOf(own['PolicyDocument']).map(toRight)] as const],
  );
  return { roles: sorted(Object.fromEntries(roles)), resources: sorted(Object.fromEntries(ownPolicies)) };
}

/** The same as short lines, for a file that people compare. */
export function describePolicies(report: PolicyReport): Readonly<Record<string, unknown>> {
  const describeAll = (rights: readonly Right[]): string[] => rights.map(describeRight);
  return {
    roles: Object.fromEntries(
      Object.entries(report.roles).map(([role, { trust, managed, rights }]) => [
        role,
        {
          trust: describeAll(trust),
          managed,
          ...Object.fromEntries(Object.entries(rights).map(([sid, right]) => [sid, describeRight(right)])),
        },
      ]),
    ),
    resources: Object.fromEntries(
      Object.entries(report.resources).map(([resource, rights]) => [resource, describeAll(rights)]),
    ),
  };
}

function describeRight({ effect, principal, actions, resources, condition }: Right): string {
  return [
    effect,
    ...(principal === undefined ? [] : [JSON.stringify(principal)]),
    actions.join(', '),
    ...(resources.length === 0 ? [] : ['on', resources.join(', ')]),
    ...(condition === undefined ? [] : ['if', JSON.stringify(condition)]),
  ].join(' ');
}

function hasRole(policy: Properties, id: string): boolean {
  return ((policy['Roles'] ?? []) as Properties[]).some((role) => role['Ref'] === id);
}

function statementsOf(document: Properties): Properties[] {
  return [document['Statement']].flat() as Properties[];
}

function toRight({ Effect, Principal, Action, Resource, Condition }: Properties): Right {
  return {
    effect: String(Effect),
    ...(Principal === undefined ? {} : { principal: inWords(Principal) }),
    actions: [Action as string | string[]].flat().sort(),
    resources:
      Resource === undefined
        ? []
        : ([Resource] as unknown[])
            .flat()
            .map((one) => String(inWords(one)))
            .sort(),
    ...(Condition === undefined ? {} : { condition: inWords(Condition) }),
  };
}

/** `<ImporterStorageRaw.Arn>/raw/*` for what CloudFormation joins. */
function inWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inWords);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, ...rest } = value as Properties;
  if (typeof Ref === 'string') return `<${plainId(Ref)}>`;
  const getAtt: unknown = rest['Fn::GetAtt'];
  if (Array.isArray(getAtt)) return `<${plainId(String(getAtt[0]))}.${String(getAtt[1])}>`;
  const join: unknown = rest['Fn::Join'];
  if (Array.isArray(join))
    return (join[1] as unknown[]).map((part) => String(inWords(part))).join(String(join[0]));
  return Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, inWords(part)]));
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}
