// `mailferry move`: archive and ledger of accounts to another place, verified; and what it would do.

import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import type { Config } from '../config/config.ts';
import { describeLocation } from '../config/location.ts';
import type { Account, AccountId } from '../core/account.ts';
import { findStrays } from '../move/find-strays.ts';
import { moveAccount } from '../move/move-account.ts';
import type { MoveReport } from '../move/move-report.ts';
import { previewMove } from '../move/preview-move.ts';
import type { MovePreview } from '../move/preview-move.ts';
import { chooseAccounts } from './choose-accounts.ts';
import type { CountProgress } from './count-progress.ts';
import { describeMoved, describeStrays, isGood, toMoveJson } from './describe-move.ts';
import { eachAccount, exitOnAbort, isAllDone } from './each-account.ts';
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

interface Move {
  readonly source: Config;
  readonly target: Config;
  readonly open: OpenMove;
  readonly signals: SignalWatch;
  /** Of the accounts that were named; empty: all. */
  readonly ids: readonly string[];
  readonly flags: MoveFlags;
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
      return await moveEach(accounts, { source, target, open, signals, ids, flags });
    } finally {
      await open.close();
    }
  } finally {
    signals.close();
  }
}

async function moveEach(
  accounts: readonly Account[],
  { source, target, open, signals, ids, flags }: Move,
): Promise<number> {
  const { config: file, to, dryRun = false, json = false } = flags;
  const { stop } = signals;
  exitOnAbort(signals);
  // Whoever names accounts knows of the others.
  const strays = ids.length === 0 ? await findStrays(open.ports.source.blobs, idsOf(accounts)) : [];
  const moved = await eachAccount<MoveReport | MovePreview>(
    accounts,
    { stop, json, describe: describeMoved },
    async ({ id }, progress) =>
      dryRun
        ? await previewMove(id, open.ports)
        : await moveAccount(id, open.ports, { stop, observer: observe(progress) }),
  );
  const parsing = await finishParsing(open.parsing);
  const complete = isAllDone(accounts, moved, isGood, parsing) && strays.length === 0;
  if (json) {
    printJson(toMoveJson(moved, { complete, from: placeOf(source), to: placeOf(target), parsing, strays }));
  } else {
    const told = describeStrays(strays, file);
    if (told !== undefined) console.log(`\n${told}`);
    tellUnconfigured(accounts, target, to);
  }
  return complete ? EXIT_OK : EXIT_FAILED;
}

function idsOf(accounts: readonly Account[]): readonly AccountId[] {
  return accounts.map(({ id }) => id);
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
