// What AWS charges: list prices of one region on one date, without any free tier. A bill made with them is only as good as this
// file: change it when they change, with the date.

/** When they were read: in August and September of 2026. */
export const PRICES_OF = '2026-09';
export const PRICED_REGION = 'us-east-1';
export const HOURS_A_MONTH = 730;

const GB_SECOND_OF_ARM = 0.0000133334;

/** Dollars for one of each. */
export const PRICES = {
  'GB-seconds of dispatch': GB_SECOND_OF_ARM,
  'GB-seconds of poll': GB_SECOND_OF_ARM,
  'GB-seconds of drain': GB_SECOND_OF_ARM,
  'GB-seconds of parse': GB_SECOND_OF_ARM,
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
  'GB-months of S3': 0.023,
  /** With the backups of the last 35 days: $0.25 and $0.20. */
  'GB-months of the table': 0.45,
  'alarms for a month': 0.1,
  'metrics for a month': 0.3,
  'dashboards for a month': 3,
} as const;

export type Billed = keyof typeof PRICES;

/** How much of each was used, or would be. */
export type Quantities = Readonly<Record<Billed, number>>;

export const BILLED = Object.keys(PRICES) as readonly Billed[];

export function quantities(of: (name: Billed) => number): Quantities {
  return Object.fromEntries(BILLED.map((name) => [name, of(name)])) as Record<Billed, number>;
}

/** What is not named is not used. */
export function used(some: Partial<Quantities>): Quantities {
  return quantities((name) => some[name] ?? 0);
}

export function sumOf(bills: readonly Quantities[]): Quantities {
  return quantities((name) => bills.reduce((sum, bill) => sum + bill[name], 0));
}

export function dollars(bill: Quantities): number {
  return BILLED.reduce((sum, name) => sum + bill[name] * PRICES[name], 0);
}

export interface BillLine {
  readonly item: Billed;
  readonly quantity: number;
  readonly usd: number;
}

/** What is used, dearest first. */
export function linesOf(bill: Quantities): readonly BillLine[] {
  return BILLED.filter((item) => bill[item] > 0)
    .map((item) => ({ item, quantity: bill[item], usd: bill[item] * PRICES[item] }))
    .toSorted((a, b) => b.usd - a.usd);
}
