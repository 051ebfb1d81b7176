// Parsing goes on beside the import; here it ends, and the catalog is written. What fails of either is told, and never loses a
// message.

import type { CatalogReport } from '../../catalog/run-catalog.ts';
import { describeError } from '../../core/errors.ts';
import { describeCliError } from '../exit.ts';
import { formatCount } from '../format.ts';
import type { Parsing } from './parsing.ts';

export interface FinishedParsing {
  /** Messages whose document says `parse-failed`. */
  readonly failed: number;
  /** Left out if none is wanted, or was come to. */
  readonly catalog?: CatalogReport;
  /** What kept messages from being parsed, or rows from being written. */
  readonly error?: string;
}

export async function finishParsing(parsing: Parsing | undefined): Promise<FinishedParsing> {
  if (!parsing) return { failed: 0 };
  try {
    const { failed, catalog } = await parsing.drain();
    if (failed > 0) {
      process.stderr.write(
        `${formatCount(failed, 'message')} could not be parsed: the raw mail is stored, the JSON says parse-failed\n`,
      );
    }
    if (catalog === undefined) return { failed };
    tellOfCatalog(catalog);
    return { failed, catalog, ...(catalog.error === undefined ? {} : { error: catalog.error }) };
  } catch (error) {
    process.stderr.write(
      `${describeCliError(error)}\nthe raw mail is stored; parsing goes on with the next run\n`,
    );
    return { failed: 0, error: describeError(error) };
  }
}

/** Only of what went wrong. */
export function tellOfCatalog({ error }: CatalogReport): void {
  if (error === undefined) return;
  process.stderr.write(
    `the catalog could not be written: ${error}\nthe mail is stored and parsed; the next run writes the catalog, or mailferry reparse does\n`,
  );
}
