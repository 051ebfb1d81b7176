// Shows an import while it runs: a live bar on a terminal, plain lines elsewhere. Everything goes to standard error, so
// that standard output is the report's alone.

import type { SingleBar } from 'cli-progress';
import type { PlannedMessage } from '../core/plan.ts';
import { formatCount, formatDuration, formatNumber, formatOctets } from './format.ts';

/** Without a terminal, a line this often. */
const LINE_EVERY_MS = 10_000;

export interface ProgressOptions {
  readonly accountId: string;
  readonly stream: NodeJS.WriteStream;
  /** A bar that redraws itself; otherwise lines. */
  readonly live: boolean;
}

/** Without a bar to show its library is not loaded: a poll has no use for one. The caller closes it when the run is over. */
export async function openProgress(options: ProgressOptions): Promise<Progress> {
  return new Progress(options, options.live ? (await import('cli-progress')).SingleBar : undefined);
}

/** Shows one account's run. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #Bar: typeof SingleBar | undefined;
  readonly #startedAt = performance.now();
  #bar: SingleBar | undefined;
  #lastLineAt = performance.now();
  #expectedOctets = 0;
  #fetches = 0;
  #done = 0;
  #octets = 0;

  /** @param Bar what a live display is made of; else lines are written */
  constructor(options: ProgressOptions, Bar: typeof SingleBar | undefined) {
    this.#options = options;
    this.#Bar = Bar;
  }

  /** @param others on the server as well, of which nothing is to be told */
  planned(messages: readonly PlannedMessage[], others: number): void {
    const fetches = messages.filter(({ action }) => action === 'fetch');
    this.#fetches = fetches.length;
    this.#expectedOctets = fetches.reduce((sum, { listed }) => sum + (listed.octets ?? 0), 0);
    if (fetches.length === 0) return;
    this.#line(
      `${formatCount(messages.length + others, 'message')} on the server, ${formatNumber(fetches.length)} to fetch (about ${formatOctets(this.#expectedOctets)})`,
    );
    if (this.#Bar) this.#startBar(this.#Bar);
  }

  octets(count: number): void {
    this.#octets += count;
    this.#refresh();
  }

  decided(): void {
    this.#done += 1;
    this.#refresh();
  }

  close(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #startBar(Bar: typeof SingleBar): void {
    this.#bar = new Bar({
      stream: this.#options.stream,
      format: `${this.#options.accountId} [{bar}] {percentage}%  {messages}  {volume}  {rate}  ETA {eta_formatted}`,
      barCompleteChar: '=',
      barIncompleteChar: ' ',
      barsize: 24,
      fps: 8,
      etaBuffer: 200,
      hideCursor: true,
      clearOnComplete: true,
    });
    this.#bar.start(Math.max(this.#expectedOctets, 1), 0, this.#payload());
  }

  #refresh(): void {
    this.#bar?.update(Math.min(this.#octets, this.#expectedOctets), this.#payload());
    const now = performance.now();
    if (this.#bar || this.#options.live || now - this.#lastLineAt < LINE_EVERY_MS) return;
    this.#lastLineAt = now;
    const { messages, volume, rate } = this.#payload();
    this.#line(`${messages}, ${volume}, ${rate}, ETA ${this.#eta()}`);
  }

  #payload(): { messages: string; volume: string; rate: string } {
    const seconds = Math.max((performance.now() - this.#startedAt) / 1000, 0.001);
    return {
      messages: `${formatNumber(this.#done)}/${formatNumber(this.#fetches)} messages`,
      volume: formatOctets(this.#octets),
      rate: `${formatOctets(Math.round(this.#octets / seconds))}/s`,
    };
  }

  #eta(): string {
    if (this.#octets === 0) return 'unknown';
    const elapsedMs = performance.now() - this.#startedAt;
    return formatDuration((elapsedMs / this.#octets) * Math.max(this.#expectedOctets - this.#octets, 0));
  }

  #line(text: string): void {
    this.#options.stream.write(`${this.#options.accountId}: ${text}\n`);
  }
}
