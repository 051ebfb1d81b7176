// A copy of the stack's template for moto's CloudFormation, which knows a little less than AWS's. What is changed is only what
// moto cannot read: names that AWS makes itself, code that is in a bucket, and references to an event bus.

import type { Resource } from '../cdk/synthesized.ts';

type Resources = Readonly<Record<string, Resource>>;

export interface ChosenNames {
  /** What the table is to be called, so that another server can have one of the name. */
  readonly table: string;
}

export function toMotoTemplate(resources: Resources, names: ChosenNames): { readonly Resources: Resources } {
  const buses = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::Events::EventBus');
  const nameOfBus = new Map(buses.map(([id, { Properties }]) => [id, String(Properties['Name'])]));
  const readable = Object.entries(resources).filter(([, { Type }]) => !Type.startsWith('Custom::'));
  const copies = readable.map(([id, resource]): [string, Resource] => [id, toMoto(id, resource, names)]);
  return withoutRefsTo(nameOfBus, { Resources: Object.fromEntries(copies) });
}

function toMoto(id: string, resource: Resource, { table }: ChosenNames): Resource {
  const { Type, Properties } = resource;
  const changed = (change: object): Resource => ({ ...resource, Properties: { ...Properties, ...change } });
  switch (Type) {
    case 'AWS::SQS::Queue':
      // AWS ends the name of a FIFO queue as it must be; moto wants to be told.
      return Properties['FifoQueue'] === true ? changed({ QueueName: `${id}.fifo` }) : resource;
    case 'AWS::Lambda::Function':
      // Nobody runs it there.
      return changed({ Code: { ZipFile: '' } });
    case 'AWS::DynamoDB::Table':
      return changed({ TableName: table });
    default:
      return resource;
  }
}

/** For moto `Ref` of an event bus is no name. */
function withoutRefsTo<T>(names: ReadonlyMap<string, string>, value: T): T {
  const text = JSON.stringify(value, (_key, part: unknown) => {
    const ref = typeof part === 'object' && part !== null ? (part as { Ref?: unknown }).Ref : undefined;
    return typeof ref === 'string' ? (names.get(ref) ?? part) : part;
  });
  return JSON.parse(text) as T;
}
