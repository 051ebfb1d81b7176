// The functions and what wakes each: the minute, and the queues. Polls and drains are one bundle with two handlers, deployed as
// two functions with a role each.

import { Duration } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { VARIABLES } from '../functions/environment.ts';
import { ImporterFunction } from './importer-function.ts';
import type { ImporterFunctionProps } from './importer-function.ts';
import { codeOf } from './lambda-code.ts';
import type { BundleName } from './lambda-code.ts';
import { MinuteTick } from './minute-tick.ts';
import type { Placement } from './network.ts';
import { grantDispatch, grantFetch, grantParse } from './permissions.ts';
import type { Resources } from './resources.ts';
import * as sizes from './sizes.ts';

/** Invocations at a time. Each from 2 to 1,000. */
export interface Concurrency {
  /**
   * Of polls: each works on up to 10 accounts, each with a session of its own.
   * @default 10
   */
  readonly polls?: number;
  /**
   * Of drains: each works on one account.
   * @default 10
   */
  readonly drains?: number;
  /**
   * Of parsing: each has up to 100 messages.
   * @default 10
   */
  readonly parses?: number;
}

export interface ImporterFunctionsProps {
  readonly resources: Resources;
  readonly codeFolder: string | undefined;
  readonly logRetention: RetentionDays;
  readonly concurrency: Concurrency;
  /** `undefined`: AWS's own network. */
  readonly fetchPlacement: Placement | undefined;
  readonly parsePlacement: Placement | undefined;
  readonly reservesDispatch: boolean;
  readonly staleHours: number;
  /** Of the catalog. */
  readonly writesRows: boolean;
}

export class ImporterFunctions extends Construct {
  readonly dispatch: ImporterFunction;
  readonly poll: ImporterFunction;
  readonly drain: ImporterFunction;
  readonly parse: ImporterFunction;
  readonly #props: ImporterFunctionsProps;

  constructor(scope: Construct, id: string, props: ImporterFunctionsProps) {
    super(scope, id);
    this.#props = props;
    this.dispatch = this.#createDispatch();
    this.poll = this.#createPoll();
    this.drain = this.#createDrain();
    this.parse = this.#createParse();
  }

  get all(): readonly ImporterFunction[] {
    return [this.dispatch, this.poll, this.drain, this.parse];
  }

  #createDispatch(): ImporterFunction {
    const { resources, staleHours, reservesDispatch } = this.#props;
    const dispatch = this.#create('Dispatch', 'dispatch', 'index.handler', {
      description: 'Mailferry: sends the polls that are due, each minute',
      size: sizes.DISPATCH_SIZE,
      environment: {
        [VARIABLES.table]: resources.table.tableName,
        [VARIABLES.pollQueueUrl]: resources.pollQueue.queueUrl,
        ...busVariable(resources.eventBus),
        [VARIABLES.staleHours]: String(staleHours),
      },
      placement: undefined,
      more: {
        // What a tick did not do the next one does: it knows by its cursor. A late one is of no use.
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
        ...(reservesDispatch ? { reservedConcurrentExecutions: 1 } : {}),
      },
    });
    grantDispatch(dispatch, resources);
    void new MinuteTick(this, 'Tick', dispatch.lambda);
    return dispatch;
  }

  #createPoll(): ImporterFunction {
    const { resources, concurrency } = this.#props;
    const poll = this.#createFetch('Poll', sizes.POLL_SIZE, sizes.POLL_RESERVE_SECONDS, {
      handler: 'index.poll',
      description: 'Mailferry: looks into ten mailboxes at a time, and fetches what is new',
    });
    poll.consume(resources.pollQueue, sizes.POLL_QUEUE, concurrency.polls ?? sizes.DEFAULT_CONCURRENCY);
    return poll;
  }

  #createDrain(): ImporterFunction {
    const { resources, concurrency } = this.#props;
    const drain = this.#createFetch('Drain', sizes.DRAIN_SIZE, sizes.DRAIN_RESERVE_SECONDS, {
      handler: 'index.drain',
      description: 'Mailferry: one slice of a long import, which sends the message for the next',
      // A drain is a chain of messages to itself, which Lambda would cut off after 16. It ends by itself: lib/core/drain.ts.
      more: { recursiveLoop: RecursiveLoop.ALLOW },
    });
    drain.consume(resources.drainQueue, sizes.DRAIN_QUEUE, concurrency.drains ?? sizes.DEFAULT_CONCURRENCY);
    return drain;
  }

  #createFetch(
    id: string,
    size: sizes.FunctionSize,
    reserveSeconds: number,
    { handler, description, more }: Pick<ImporterFunctionProps, 'handler' | 'description' | 'more'>,
  ): ImporterFunction {
    const { resources, fetchPlacement } = this.#props;
    const fetch = this.#create(id, 'fetch', handler, {
      description,
      size,
      environment: {
        [VARIABLES.table]: resources.table.tableName,
        [VARIABLES.rawBucket]: resources.raw.bucketName,
        [VARIABLES.drainQueueUrl]: resources.drainQueue.queueUrl,
        ...busVariable(resources.eventBus),
        [VARIABLES.reserveSeconds]: String(reserveSeconds),
      },
      placement: fetchPlacement,
      ...(more === undefined ? {} : { more }),
    });
    grantFetch(fetch, resources);
    return fetch;
  }

  #createParse(): ImporterFunction {
    const { resources, concurrency, parsePlacement, writesRows } = this.#props;
    const parse = this.#create('Parse', 'parse', 'index.handler', {
      description: 'Mailferry: makes documents and attachments of stored mail; holds no secret',
      size: sizes.PARSE_SIZE,
      environment: {
        [VARIABLES.rawBucket]: resources.raw.bucketName,
        [VARIABLES.derivedBucket]: resources.derived.bucketName,
        ...busVariable(resources.messageBus),
        ...(resources.messageBus === undefined ? {} : { [VARIABLES.messageEvents]: 'yes' }),
        ...(writesRows ? {} : { [VARIABLES.catalog]: 'none' }),
      },
      placement: parsePlacement,
    });
    grantParse(parse, resources);
    parse.consume(resources.parseQueue, sizes.PARSE_QUEUE, concurrency.parses ?? sizes.DEFAULT_CONCURRENCY);
    return parse;
  }

  #create(
    id: string,
    bundle: BundleName,
    handler: string,
    props: Omit<ImporterFunctionProps, 'code' | 'handler' | 'logRetention'>,
  ): ImporterFunction {
    const { codeFolder, logRetention } = this.#props;
    return new ImporterFunction(this, id, {
      ...props,
      handler,
      code: codeOf(bundle, codeFolder),
      logRetention,
    });
  }
}

function busVariable(bus: IEventBus | undefined): Record<string, string> {
  return bus === undefined ? {} : { [VARIABLES.eventBus]: bus.eventBusName };
}
