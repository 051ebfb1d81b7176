// An event bus of EventBridge as the EventSink port. An event counts as taken when EventBridge gives it an id of its own.
// EventBridge says nothing of a bus that has no rules, and may say nothing of one that does not exist.

import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { PutEventsRequestEntry, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { MailferryError } from '../core/errors.ts';
import type { FerryEvent } from '../core/events.ts';
import type { EventSink } from '../ports/work.ts';
import { adviseOn } from './aws-advice.ts';
import { awsClientConfig } from './aws-client-settings.ts';
import type { AwsSettings } from './aws-client-settings.ts';
import { readAwsFailure } from './aws-errors.ts';
import { deliverBatches } from './deliver-batches.ts';
import type { Verdict } from './deliver-batches.ts';

export interface EventBridgeSinkOptions extends AwsSettings {
  /** Name or ARN. */
  readonly bus: string;
  /** Aborted: calls under way and further ones fail. */
  readonly signal?: AbortSignal;
}

/** What a rule's pattern sees as `source` of all events of this program. */
const SOURCE = 'mailferry';

/** What EventBridge takes in one call. */
const MAX_ENTRIES = 10;
/** Of all entries together, by EventBridge's own way of counting, less than 256 KB. */
const MAX_OCTETS = 250_000;
/** What it counts for an entry's time. */
const TIME_OCTETS = 14;
const CALLS_AT_ONCE = 4;

/** Errors of an entry that another attempt does not change; all others are worth one. */
const LASTING = new Set([
  'AccessDeniedException',
  'InvalidAccountIdException',
  'InvalidArgument',
  'MalformedDetail',
  'NotAuthorizedForDetailTypeException',
  'NotAuthorizedForSourceException',
  'RedactionFailure',
]);

export class EventBridgeSink implements EventSink, Disposable {
  readonly #client: EventBridgeClient;
  readonly #bus: string;
  readonly #signal: AbortSignal | undefined;

  constructor({ bus, signal, ...settings }: EventBridgeSinkOptions) {
    this.#bus = bus;
    this.#signal = signal;
    this.#client = new EventBridgeClient(awsClientConfig(settings));
  }

  async publish(events: readonly FerryEvent[]): Promise<void> {
    const service = {
      maxEntries: MAX_ENTRIES,
      maxOctets: MAX_OCTETS,
      octetsOf,
      send: async (entries: readonly PutEventsRequestEntry[]) => await this.#send(entries),
    };
    const entries = events.map((event) => toEntry(event, this.#bus));
    const options = { callsAtOnce: CALLS_AT_ONCE, signal: this.#signal };
    const { taken, failure } = await deliverBatches(entries, service, options);
    if (taken < events.length) throw notTaken(this.#bus, events.length - taken, events.length, failure);
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  async #send(entries: readonly PutEventsRequestEntry[]): Promise<Verdict[]> {
    const command = new PutEventsCommand({ Entries: [...entries] });
    const { Entries: results = [] } = await this.#client.send(
      command,
      this.#signal && { abortSignal: this.#signal },
    );
    return entries.map((_, index) => judge(results[index]));
  }
}

function toEntry(event: FerryEvent, bus: string): PutEventsRequestEntry {
  return {
    EventBusName: bus,
    Source: SOURCE,
    DetailType: event.type,
    Detail: JSON.stringify(event),
    Time: new Date(event.time),
  };
}

function octetsOf({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number {
  return TIME_OCTETS + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}

function judge(result: PutEventsResultEntry | undefined): Verdict {
  const { EventId: id, ErrorCode: code } = result ?? {};
  if (code !== undefined) return { code, isLasting: LASTING.has(code) };
  return id === undefined || id === '' ? { code, isLasting: false } : 'taken';
}

function notTaken(bus: string, lost: number, of: number, failure: unknown): MailferryError {
  const { kind, found } = readAwsFailure(failure);
  const resource = `the event bus ${bus}`;
  return new MailferryError(`${lost} of ${of} events were not taken by ${resource}: ${found}`, {
    code: 'EVENTS_FAILED',
    scope: 'account',
    ...adviseOn(kind, {
      service: 'EventBridge',
      resource,
      right: `put events on ${resource}`,
      relief: 'raise the quota of PutEvents',
    }),
    cause: failure,
  });
}
