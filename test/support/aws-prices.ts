// What AWS charges: list prices of us-east-1 as read in August and September 2026, without any free tier. A bill made with them
// is only as good as this file: change it when they change, with the date.

export const PRICES_OF = '2026-09';

/** Dollars for one unit. */
export const PRICES = {
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.2e-6,
  dynamodbWriteUnit: 0.625e-6,
  dynamodbReadUnit: 0.125e-6,
  /** PUT, COPY, POST, LIST. */
  s3Write: 5e-6,
  /** GET, HEAD. */
  s3Read: 0.4e-6,
  sqsFifoRequest: 0.5e-6,
  sqsRequest: 0.4e-6,
  schedulerInvocation: 1e-6,
  eventBridgeEvent: 1e-6,
  secretMonth: 0.4,
  secretRead: 0.05 / 10_000,
  logGigabyte: 0.5,
} as const;

export const HOURS_A_MONTH = 730;

export interface BillLine {
  readonly what: string;
  readonly count: number;
  readonly unitPrice: number;
}

export function dollars(lines: readonly BillLine[]): number {
  return lines.reduce((sum, { count, unitPrice }) => sum + count * unitPrice, 0);
}

/** For people: a line for each, dearest first, and the sum. */
export function printBill(title: string, lines: readonly BillLine[]): string {
  const rows = lines
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count * b.unitPrice - a.count * a.unitPrice)
    .map(({ what, count, unitPrice }) => {
      const amount = (count * unitPrice).toFixed(3).padStart(9);
      return `$${amount}  ${Math.round(count).toLocaleString('en-US').padStart(13)} x $${perMillion(unitPrice)}  ${what}`;
    });
  return [title, ...rows, `$${dollars(lines).toFixed(3).padStart(9)}  in all (prices of ${PRICES_OF})`].join('\n');
}

function perMillion(unitPrice: number): string {
  return unitPrice >= 0.01 ? unitPrice.toFixed(2) : `${(unitPrice * 1e6).toFixed(3)} a million`;
}
