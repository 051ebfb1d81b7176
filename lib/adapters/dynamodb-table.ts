// The one table of the ledger, reduced to what the adapters need: single-item conditional writes, strongly consistent reads,
// and reads of an index, which are never that. Retries are the SDK's; every failure leaves here as a MailferryError, and a refused condition as a return value.

import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import { STORED_AT_ONCE } from '../core/limits.ts';
import { number, text } from './dynamodb-attributes.ts';
import type { Item } from './dynamodb-attributes.ts';
import { ledgerBusy, notAnswered, toLedgerError } from './dynamodb-errors.ts';
import { expressions } from './dynamodb-expressions.ts';
import type { Change, Condition } from './dynamodb-expressions.ts';

export interface DynamodbTableOptions {
  readonly table: string;
  /** Default: what the SDK finds in the environment or the profile. */
  readonly region?: string;
  /** Default: AWS_ENDPOINT_URL_DYNAMODB, else the region's. */
  readonly endpoint?: string;
  /** Of each call, with the first. */
  readonly maxAttempts?: number;
  /** Aborted: calls under way and further ones fail. */
  readonly signal?: AbortSignal;
}

/** A second order of some of the items; what it shows may be a moment late. */
export interface TableIndex {
  readonly name: string;
  /** The attribute by which it is asked. Items without it are not in the index. */
  readonly partitionKey: string;
}

export interface KeyRange {
  /** Value of the partition key: of the table's, or of the index's. */
  readonly pk: string;
  /** Without one the table itself is asked. */
  readonly index?: TableIndex;
  /** Of the table's `sk`. All of the partition if absent. */
  readonly skPrefix?: string;
  /** Of an index sorted by numbers, those from the first to the last, both included. All of the partition if absent. */
  readonly between?: { readonly attribute: string; readonly first: number; readonly last: number };
  readonly newestFirst?: boolean;
  /** Items wanted; more may come. */
  readonly pageItems?: number;
}

/** What BatchGetItem takes. */
export const MAX_BATCH_KEYS = 100;

const DEFAULT_MAX_ATTEMPTS = 8;
const CONNECT_TIMEOUT_MS = 5_000;
/** One call, with the answer. DynamoDB answers in tens of milliseconds; what takes this long is lost. */
const CALL_TIMEOUT_MS = 20_000;
/** The records of a run that are written at once, and some more; the SDK has 50. */
const CONNECTIONS = { keepAlive: true, maxSockets: STORED_AT_ONCE.pieces * 2 } as const;
/** Answers in a row in which a batch got no further. */
const MAX_IDLE_ROUNDS = 6;
/** At most, before the rest of a batch is asked for again; twice as long after each answer in a row that did no more. */
const FIRST_BATCH_DELAY_MS = 50;

/** So that an answer can be told from an empty one: a commit must not be believed of whoever says 200. */
const PROVE_ANSWER = { ReturnConsumedCapacity: 'TOTAL' } as const;

interface CallOptions {
  readonly abortSignal?: AbortSignal;
}

interface Page {
  readonly Items?: Item[] | undefined;
  readonly LastEvaluatedKey?: Item | undefined;
  readonly ConsumedCapacity?: unknown;
}

/** `what` is always what is being done, for the text of an error: `recording a message of account ann`. */
export class DynamodbTable implements Disposable {
  readonly name: string;
  readonly #client: DynamoDBClient;
  readonly #signal: AbortSignal | undefined;

  constructor({ table, region, endpoint, maxAttempts, signal }: DynamodbTableOptions) {
    this.name = table;
    this.#signal = signal;
    this.#client = new DynamoDBClient({
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      retryMode: 'standard',
      maxAttempts: maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
      requestHandler: {
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: CALL_TIMEOUT_MS,
        throwOnRequestTimeout: true,
        httpAgent: CONNECTIONS,
        httpsAgent: CONNECTIONS,
      },
    });
  }

  /** Strongly consistent. */
  async get(what: string, key: Item): Promise<Item | undefined> {
    const input = { TableName: this.name, Key: key, ConsistentRead: true, ...PROVE_ANSWER };
    const answer = await this.#call(what, (options) => this.#client.send(new GetItemCommand(input), options));
    return answer.Item;
  }

  /** Replaces the whole item. @returns false when the condition refused it */
  async put(what: string, item: Item, condition?: Condition): Promise<boolean> {
    const input = {
      TableName: this.name,
      Item: item,
      ...(condition && expressions({ ConditionExpression: condition.condition }, condition.values)),
      ...PROVE_ANSWER,
    };
    const put = this.#call(what, (options) => this.#client.send(new PutItemCommand(input), options));
    return (await unlessRefused(put)) !== undefined;
  }

  /** @returns the item as it is now, `undefined` when the condition refused it. Without a condition it is made if absent. */
  async update(what: string, key: Item, { update, condition, values }: Change): Promise<Item | undefined> {
    const input = {
      TableName: this.name,
      Key: key,
      ReturnValues: 'ALL_NEW',
      ...expressions({ UpdateExpression: update, ConditionExpression: condition }, values),
      ...PROVE_ANSWER,
    } as const;
    const updated = this.#call(what, (options) => this.#client.send(new UpdateItemCommand(input), options));
    const answer = await unlessRefused(updated);
    return answer && (answer.Attributes ?? {});
  }

  /** The items there are, in no particular order. Strongly consistent. @param keys different ones, at most MAX_BATCH_KEYS */
  async getBatch(what: string, keys: readonly Item[]): Promise<Item[]> {
    const items: Item[] = [];
    let left: readonly Item[] = keys;
    let idleRounds = 0;
    while (left.length > 0) {
      const request = { [this.name]: { Keys: [...left], ConsistentRead: true } };
      const command = new BatchGetItemCommand({ RequestItems: request, ...PROVE_ANSWER });
      const answer = await this.#call(what, (options) => this.#client.send(command, options));
      items.push(...(answer.Responses?.[this.name] ?? []));
      const unprocessed = answer.UnprocessedKeys?.[this.name]?.Keys ?? [];
      idleRounds = unprocessed.length < left.length ? 0 : idleRounds + 1;
      if (idleRounds >= MAX_IDLE_ROUNDS) throw ledgerBusy(what, this.name, 'it leaves keys unprocessed');
      left = unprocessed;
      if (left.length > 0) await this.#pause(what, FIRST_BATCH_DELAY_MS * 2 ** idleRounds);
    }
    return items;
  }

  /** By the sort key, page by page. Strongly consistent, but for an index. */
  async *query(what: string, range: KeyRange): AsyncGenerator<Item> {
    const { index, newestFirst, pageItems } = range;
    const { condition, values } = keyCondition(range);
    const input = {
      TableName: this.name,
      IndexName: index?.name,
      ConsistentRead: index === undefined,
      ScanIndexForward: newestFirst !== true,
      Limit: pageItems,
      ...expressions({ KeyConditionExpression: condition }, values),
      ...PROVE_ANSWER,
    };
    yield* this.#pages(what, (start, options) => {
      return this.#client.send(new QueryCommand({ ...input, ExclusiveStartKey: start }), options);
    });
  }

  /** Every item of an index, in no particular order, page by page. */
  async *scan(what: string, index: TableIndex): AsyncGenerator<Item> {
    const input = { TableName: this.name, IndexName: index.name, ...PROVE_ANSWER };
    yield* this.#pages(what, (start, options) => {
      return this.#client.send(new ScanCommand({ ...input, ExclusiveStartKey: start }), options);
    });
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  async *#pages(
    what: string,
    ask: (start: Item | undefined, options: CallOptions) => Promise<Page>,
  ): AsyncGenerator<Item> {
    let start: Item | undefined;
    do {
      const from = start;
      const page = await this.#call(what, async (options) => await ask(from, options));
      yield* page.Items ?? [];
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }

  /** Random, so that those who were refused together do not come back together. */
  async #pause(what: string, longestMs: number): Promise<void> {
    try {
      await sleep(Math.random() * longestMs, undefined, { signal: this.#signal });
    } catch (error) {
      throw toLedgerError(error, what, this.name);
    }
  }

  /** @throws ConditionalCheckFailedException as it is, and a MailferryError for all else */
  async #call<T extends { readonly ConsumedCapacity?: unknown }>(
    what: string,
    call: (options: CallOptions) => Promise<T>,
  ): Promise<T> {
    try {
      const answer = await call(this.#signal === undefined ? {} : { abortSignal: this.#signal });
      if (answer.ConsumedCapacity === undefined) throw notAnswered(what, this.name);
      return answer;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) throw error;
      throw toLedgerError(error, what, this.name);
    }
  }
}

function keyCondition({ pk, index, skPrefix, between }: KeyRange): Required<Condition> {
  const inPartition = `#${index?.partitionKey ?? 'pk'} = :pk`;
  const values = { ':pk': text(pk) };
  if (skPrefix !== undefined) {
    const condition = `${inPartition} AND begins_with(#sk, :sk)`;
    return { condition, values: { ...values, ':sk': text(skPrefix) } };
  }
  if (between !== undefined) {
    const condition = `${inPartition} AND #${between.attribute} BETWEEN :first AND :last`;
    return {
      condition,
      values: { ...values, ':first': number(between.first), ':last': number(between.last) },
    };
  }
  return { condition: inPartition, values };
}

async function unlessRefused<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}
