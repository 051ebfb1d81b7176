// Which parser made a document. Read by both sides of the worker's pipe: data only, loads no MIME code.

import mailparser from 'mailparser/package.json' with { type: 'json' };
import type { ParserIdentity } from '../core/message/document.ts';

/** Counts up when the same message would give another document although mailparser's version is the same. */
const REVISION = 3;

export const PARSER_IDENTITY: ParserIdentity = {
  name: 'mailferry',
  version: `${REVISION}+mailparser.${mailparser.version}`,
};
