// `mailferry move`: archive and ledger of accounts to another place, verified; and what it would do.

import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import type { Config } from '../config/config.ts';
import { describeLocation } from '../config/location.ts';
import type { Account } from '../core/account.ts';
import { toRunError } from '../core/run-error.ts';
import { moveAccount } from '../move/move-account.ts';
import { previewMove } from '../move/preview-move.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { CountProgress } from './count-progress.ts';
import { describeMoved, isGood, toMoveJson } from './describe-move.ts';
import type { MovedAccount } from './describe-move.ts';
import { EXIT_FAILED, EXIT_OK } from './exit.ts';
import { formatCount, formatOctets } from './format.ts';
import { openMove } from './open/open-move.ts';
import type { OpenMove } from './open/open-move.ts';
import { finishParsing } from './parsing/finish-parsing.ts';
import { printJson } from './print-json.ts';
import { watchSignals } from './signals.ts';
import type { SignalWatch } from './signals.ts';

interface MoveFlags {
  readonly config: string;
  readonly to: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addMoveCommand(program: Command): void {
  program
    .command('move')
    .description(
      'copy archive and ledger to another place, and compare both; exit code 1 if anything is not there',
    )
    .argument('[account...]', 'ids of accounts in the configuration')
    .requiredOption('--to <file>', 'the configuration file that says where to: its archive and its ledger')
    .option('-c, --config <file>', 'the configuration file that says where from', 'mailferry.yaml')
    .option('--dry-run', 'count what would be copied, and write nothing')
    .option('--json', 'print one JSON document')
    .action(async (ids: string[], flags: MoveFlags) => {
      process.exitCode = await move(ids, flags);
    });
}

/** @throws config-scope errors, and what keeps source or target from being opened */
async function move(ids: readonly string[], flags: MoveFlags): Promise<number> {
  const [source, target] = [loadConfig(flags.config), loadConfig(flags.to)];
  const accounts = chooseAccounts(source.accounts, ids);
  const signals = watchSignals();
  try {
    const open = await openMove(source, target, flags.dryRun ?? false);
    try {
      return await moveEach(accounts, source, target, open, signals, flags);
    } finally {
      await open.close();
    }
  } finally {
    signals.close();
  }
}

async function moveEach(
  accounts: readonly Account[],
  source: Config,
  target: Config,
  open: OpenMove,
  signals: SignalWatch,
  flags: MoveFlags,
): Promise<number> {
  // Whatever is cut off is taken up by the next move.
  signals.abort.addEventListener('abort', () => process.exit(EXIT_FAILED));
  const moved: MovedAccount[] = [];
  for (const account of accounts) {
    const result = await moveOne(account, open, signals.stop, flags);
    moved.push(result);
    if (!flags.json) console.log(`${moved.length > 1 ? '\n' : ''}${describeMoved(result)}`);
    if (signals.stop.aborted) break;
  }
  const parsed = await finishParsing(open.parsing);
  if (flags.json)
    printJson(toMoveJson(moved, { from: placeOf(source), to: placeOf(target), parsing: parsed }));
  else tellUnconfigured(accounts, target, flags.to);
  const isWhole = moved.length === accounts.length && moved.every(isGood) && parsed.error === undefined;
  return isWhole ? EXIT_OK : EXIT_FAILED;
}

/** What goes wrong with one account keeps no other from being moved. */
async function moveOne(
  { id }: Account,
  { ports }: OpenMove,
  stop: AbortSignal,
  flags: MoveFlags,
): Promise<MovedAccount> {
  const progress = new CountProgress(id, process.stderr, process.stderr.isTTY && !flags.json);
  const unknown = { account: id, report: undefined, preview: undefined, failure: undefined };
  try {
    if (flags.dryRun) return { ...unknown, preview: await previewMove(id, ports) };
    return { ...unknown, report: await moveAccount(id, ports, { stop, observer: observe(progress) }) };
  } catch (error) {
    return { ...unknown, failure: toRunError(error) };
  } finally {
    progress.close();
  }
}

function observe(progress: CountProgress): Parameters<typeof moveAccount>[2]['observer'] {
  let phase = 'copying';
  let octets = 0;
  const done = { object: 0, record: 0 };
  const show = (): void => {
    progress.show(
      () =>
        `${phase}: ${formatCount(done.object, 'object')}, ${formatCount(done.record, 'record')} done, ${formatOctets(octets)} copied`,
    );
  };
  return {
    phase: (begun) => {
      phase = begun;
      done.object = 0;
      done.record = 0;
    },
    done: (what) => {
      done[what] += 1;
      show();
    },
    octets: (count) => {
      octets += count;
      show();
    },
  };
}

/** Mail that nobody imports any more, once the old configuration is out of use. */
function tellUnconfigured(accounts: readonly Account[], target: Config, file: string): void {
  const missing = accounts.filter(({ id }) => !target.accounts.some((other) => other.id === id));
  if (missing.length === 0) return;
  const ids = missing.map(({ id }) => id).join(', ');
  process.stderr.write(`not in ${file}, so no import with it will work on them: ${ids}\n`);
}

function placeOf({ archive, ledger }: Config): object {
  return { archive: describeLocation(archive), ledger: describeLocation(ledger) };
}
