// Faults of DynamoDB's own: a BatchGetItem that is answered in part, as when the table is at its limit.

import type { AwsAnswerer, JsonObject } from './aws-fault.ts';

/** Only every other key is passed on. */
export const HALF_UNPROCESSED = answerPartly((index) => index % 2 === 0);
export const ALL_UNPROCESSED = answerPartly(() => false);

interface BatchGet {
  readonly RequestItems: Record<string, { readonly Keys: readonly unknown[] }>;
}

function answerPartly(isPassedOn: (index: number) => boolean): AwsAnswerer {
  return async (body, ask) => {
    const { RequestItems } = body as unknown as BatchGet;
    const [table, request] = Object.entries(RequestItems)[0] ?? [];
    if (table === undefined || request === undefined) throw new Error('this is no BatchGetItem');
    const passed = request.Keys.filter((_, index) => isPassedOn(index));
    const rest = request.Keys.filter((_, index) => !isPassedOn(index));
    const part: JsonObject = { RequestItems: { [table]: { ...request, Keys: passed } } };
    const Responses = passed.length === 0 ? {} : (await ask(part))['Responses'];
    const UnprocessedKeys = rest.length === 0 ? {} : { [table]: { ...request, Keys: rest } };
    return { Responses, UnprocessedKeys, ConsumedCapacity: [{ TableName: table }] };
  };
}
