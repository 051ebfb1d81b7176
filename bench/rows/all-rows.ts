// Every row, in the order in which they run.

import { parseHtml, parseLarge, parseMailbox } from '../parse/parse-rows.ts';
import { discard } from './discard.ts';
import { large, plain, rtt20, rtt80, tls } from './download.ts';
import { giant } from './giant.ts';
import { poll100k, poll1m } from './polls.ts';
import type { Row } from './row.ts';
import { s3 } from './to-s3.ts';

export const ALL_ROWS: readonly Row[] = [
  plain,
  tls,
  rtt20,
  rtt80,
  s3,
  discard,
  poll100k,
  poll1m,
  large,
  giant,
  parseMailbox,
  parseLarge,
  parseHtml,
];
