// `npm run bench`: how fast Mailferry is, beside the clients that are installed here. A small mailbox and some minutes by default.
//
//   node bench/run.ts [ROW...] [--full | --scale F] [--rounds N] [--clients A,B] [--folder DIR] [--list]
//   ROW        names of rows; all by default (--list shows them)
//   --full     the real sizes: 10,000 messages, a million UIDLs, 50 times 25 MB. Takes an hour or two
//   --scale    another fraction of them; default 0.03
//   --rounds   runs of each client, in turns; default 3
//   --clients  only these
//   --folder   where to write, on the disk that is to be measured; default the system's temporary folder
//
// MAILFERRY_BENCH_DIST=DIR measures the build in DIR and not `dist`. Figures go to bench/results too.

import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machineFacts } from './measure/quiet-machine.ts';
import { ALL_ROWS } from './rows/all-rows.ts';
import { runRows } from './run-rows.ts';

const SMALL_SCALE = '0.03';
const QUIET_MS = 8000;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      full: { type: 'boolean', default: false },
      scale: { type: 'string', default: SMALL_SCALE },
      rounds: { type: 'string', default: '3' },
      clients: { type: 'string' },
      folder: { type: 'string', default: tmpdir() },
      list: { type: 'boolean', default: false },
    },
  });
  if (values.list) {
    for (const { name, about } of ALL_ROWS) console.log(`${name.padEnd(10)} ${about}`);
    return 0;
  }
  const unknown = positionals.filter((name) => !ALL_ROWS.some((row) => row.name === name));
  const scale = values.full ? 1 : Number(values.scale);
  const rounds = Number(values.rounds);
  if (unknown.length > 0 || !(scale > 0) || !(Number.isInteger(rounds) && rounds > 0)) {
    console.error(
      `expected names of rows (${ALL_ROWS.map(({ name }) => name).join(', ')}), a scale and rounds above 0`,
    );
    return 2;
  }
  const rows = ALL_ROWS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  console.log(`${describeMachine()}; scale ${scale}, ${rounds} rounds; medians (least-most)\n`);
  const isGood = await runRows(rows, {
    scale,
    rounds,
    quietMs: QUIET_MS,
    only: values.clients?.split(','),
    folder: resolve(values.folder),
    resultsFolder: join(import.meta.dirname, 'results'),
    print: (text) => console.log(text),
    note: (line) => console.error(`  ${line}`),
  });
  return isGood ? 0 : 1;
}

function describeMachine(): string {
  const { processor, cores, memoryGb, system, node } = machineFacts();
  return `${cores} x ${processor}, ${memoryGb} GB, ${system}, Node ${node}`;
}
