// Everything that goes wrong at the same time with a whole importer: services that throttle, fail, cut, and do what they were
// told while the answer is lost; functions that die in the middle; messages and notifications that come twice. Seeded.

import type { AwsFault } from '../aws-fault.ts';
import { INTERNAL_ERROR, THROTTLED, THROUGHPUT_EXCEEDED, UNAVAILABLE } from '../aws-fault.ts';
import type { Usage } from '../lambda/usage.ts';
import * as s3 from '../s3-strict-proxy.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { ImporterServers } from './importer-servers.ts';
import type { FunctionName, QueueName } from './importer-stack.ts';
import { ToldEvents } from './told-events.ts';

const S3_FAULTS: readonly s3.S3Fault[] = [
  s3.SLOW_DOWN,
  s3.INTERNAL_ERROR,
  s3.CONFLICT,
  'cut-before-body',
  'cut-in-body',
  'lose-answer',
  'cut-in-answer',
  'spoil-octet',
];
const DYNAMODB_FAULTS: readonly AwsFault[] = [
  THROTTLED,
  THROUGHPUT_EXCEEDED,
  INTERNAL_ERROR,
  UNAVAILABLE,
  'dropped',
  'answer-lost',
  'answer-cut',
];
const OTHER_FAULTS: readonly AwsFault[] = [THROTTLED, INTERNAL_ERROR, UNAVAILABLE, 'dropped', 'answer-lost'];

const SHARES = { s3: 0.02, dynamodb: 0.01, others: 0.02, duplicates: 0.05 };

/** A message that was given out twice already is not made to come again: that would only try how far the queue counts. */
const MOST_RECEIVES = 2;
/** Invocations from one death to the next: as many as this, drawn anew each time. Until the first, every one is to die. */
const DEATHS_APART = { least: 3, most: 14 };
/** After the start of an invocation: a slice with mail to fetch takes longer. */
const DEATH_AFTER_MS = { least: 100, most: 2500 };
/** Later polls find the mail with a drain, and are over before they could die. */
const POLLS_THAT_DIE = 3;

export class BadDay {
  readonly counts = { s3: 0, dynamodb: 0, sqs: 0, others: 0 };
  readonly events = new ToldEvents();
  readonly #random: SeededRandom;
  readonly #deaths: number;
  #untilDeath: number;
  #isOver = false;

  /** @param deaths at most, of each function that fetches */
  constructor(random: SeededRandom, deaths: number) {
    this.#random = random;
    this.#deaths = deaths;
    this.#untilDeath = this.#drawDeath();
  }

  begin({ s3: objects, dynamodb, sqs, others }: ImporterServers): void {
    objects.onRequest = () => this.#draw('s3', SHARES.s3, S3_FAULTS);
    dynamodb.faultOf = () => this.#draw('dynamodb', SHARES.dynamodb, DYNAMODB_FAULTS);
    sqs.faultOf = () => this.#draw('sqs', SHARES.others, OTHER_FAULTS);
    others.faultOf = (request) => {
      const fault = this.#draw('others', SHARES.others, OTHER_FAULTS);
      this.events.note(request, fault);
      return fault;
    };
  }

  /** From now on all is well. */
  end(): void {
    this.#isOver = true;
  }

  /** For `ImporterRigOptions`. A death that came too late to be one is made up for. */
  killAfterMs(name: FunctionName, { invocations, kills }: Usage): number | undefined {
    const isMortal = name === 'drain' || (name === 'poll' && invocations < POLLS_THAT_DIE);
    if (this.#isOver || !isMortal || kills >= this.#deaths) return undefined;
    this.#untilDeath -= 1;
    if (this.#untilDeath > 0 && kills > 0) return undefined;
    this.#untilDeath = this.#drawDeath();
    return this.#random.between(DEATH_AFTER_MS.least, DEATH_AFTER_MS.most);
  }

  /** For `ImporterRigOptions`. */
  deliverAgain(_queue: QueueName, receives: number): boolean {
    return receives <= MOST_RECEIVES && this.happens();
  }

  /** One time in twenty. */
  happens(): boolean {
    return !this.#isOver && this.#random.between(0, 1) < SHARES.duplicates;
  }

  #draw<Fault>(where: keyof BadDay['counts'], share: number, faults: readonly Fault[]): Fault | undefined {
    if (this.#isOver || this.#random.between(0, 1) >= share) return undefined;
    this.counts[where] += 1;
    return faults[Math.floor(this.#random.between(0, faults.length))];
  }

  #drawDeath(): number {
    return Math.round(this.#random.between(DEATHS_APART.least, DEATHS_APART.most));
  }
}
