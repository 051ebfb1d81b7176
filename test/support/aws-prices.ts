// What AWS charges: list prices of us-east-1 as read in August and September 2026, without any free tier. A bill made with them
// is only as good as this file: change it when they change, with the date.

export const PRICES_OF = '2026-09';
export const HOURS_A_MONTH = 730;

/** Dollars for one of each. */
export const PRICES = {
  'GB-seconds of dispatch': 0.0000133334,
  'GB-seconds of poll': 0.0000133334,
  'GB-seconds of drain': 0.0000133334,
  'GB-seconds of parse': 0.0000133334,
  invocations: 0.2e-6,
  'DynamoDB write units': 0.625e-6,
  'DynamoDB read units': 0.125e-6,
  'S3 PUT and LIST': 5e-6,
  'S3 GET and HEAD': 0.4e-6,
  'SQS requests': 0.4e-6,
  'SQS FIFO requests': 0.5e-6,
  'ticks of Scheduler': 1e-6,
  'EventBridge events': 1e-6,
  'secrets for a month': 0.4,
  'reads of a secret': 0.05 / 10_000,
  'gigabytes of logs': 0.5,
} as const;

export type Billed = keyof typeof PRICES;

/** How much of each was used. */
export type Quantities = Readonly<Record<Billed, number>>;

const NAMES = Object.keys(PRICES) as Billed[];

export function quantities(of: (name: Billed) => number): Quantities {
  return Object.fromEntries(NAMES.map((name) => [name, of(name)])) as Record<Billed, number>;
}

export function dollars(used: Quantities): number {
  return NAMES.reduce((sum, name) => sum + used[name] * PRICES[name], 0);
}

/** For people: a line for each, dearest first, and the sum. */
export function printBill(title: string, used: Quantities): string {
  const lines = NAMES.filter((name) => used[name] > 0)
    .toSorted((a, b) => used[b] * PRICES[b] - used[a] * PRICES[a])
    .map((name) => {
      const amount = (used[name] * PRICES[name]).toFixed(3).padStart(9);
      const count = used[name].toLocaleString('en-US', { maximumFractionDigits: 1 }).padStart(13);
      return `$${amount}  ${count} ${name}`;
    });
  return [
    title,
    ...lines,
    `$${dollars(used).toFixed(3).padStart(9)}  in all, at the prices of ${PRICES_OF}`,
  ].join('\n');
}
