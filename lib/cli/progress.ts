// Shows an import while it runs: a live bar on a terminal, plain lines elsewhere. Everything goes to standard error, so
// that standard output is the report's alone.

import { SingleBar } from 'cli-progress';
import type { PlannedMessage } from '../core/plan.ts';
import { formatCount, formatDuration, formatOctets } from './format.ts';

/** Without a terminal, a line this often. */
const LINE_EVERY_MS = 10_000;

export interface ProgressOptions {
  readonly accountId: string;
  readonly stream: NodeJS.WriteStream;
  /** A bar that redraws itself; otherwise lines. */
  readonly live: boolean;
}

/** Shows one account's run. `close` it when the run is over. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #startedAt = performance.now();
  #bar: SingleBar | undefined;
  #lastLineAt = performance.now();
  #expectedOctets = 0;
  #fetches = 0;
  #done = 0;
  #octets = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  planned(messages: readonly PlannedMessage[]): void {
    const fetches = messages.filter(({ action }) => action === 'fetch');
    this.#fetches = fetches.length;
    this.#expectedOctets = fetches.reduce((sum, { listed }) => sum + (listed.octets ?? 0), 0);
    if (fetches.length === 0) return;
    this.#line(
      `${formatCount(messages.length, 'message')} on the server, ${fetches.length.toLocaleString('en')} to fetch (about ${formatOctets(this.#expectedOctets)})`,
    );
    if (this.#options.live) this.#startBar();
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

  #startBar(): void {
    this.#bar = new SingleBar({
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
      messages: `${this.#done.toLocaleString('en')}/${this.#fetches.toLocaleString('en')} messages`,
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
