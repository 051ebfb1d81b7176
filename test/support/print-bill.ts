// A bill as a test prints it: a line for each thing, dearest first, and the sum.

import type { Quantities } from '../../lib/estimate/aws-prices.ts';
import { dollars, linesOf, PRICES_OF } from '../../lib/estimate/aws-prices.ts';

export function printBill(title: string, bill: Quantities): string {
  const lines = linesOf(bill).map(({ item, quantity, usd }) => {
    const count = quantity.toLocaleString('en-US', { maximumFractionDigits: 1 }).padStart(13);
    return `$${usd.toFixed(3).padStart(9)}  ${count} ${item}`;
  });
  return [
    title,
    ...lines,
    `$${dollars(bill).toFixed(3).padStart(9)}  in all, at the prices of ${PRICES_OF}`,
  ].join('\n');
}
