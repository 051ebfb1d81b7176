// `mailferry doctor`: connects to the server of each account, examines what it can do, and says what to set. It changes
// nothing there, nor here.

import { Option } from 'commander';
import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import type { Account } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { examineAccount } from '../doctor/examine-account.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { describeExamined, isGood, toDoctorJson } from './doctor/describe-examination.ts';
import type { ExaminedAccount } from './doctor/describe-examination.ts';
import { startDeadline } from './doctor/deadline.ts';
import { eachAccount } from './each-account.ts';
import type { Turn } from './each-account.ts';
import { EXIT_FAILED, EXIT_OK } from './exit.ts';
import { formatDuration } from './format.ts';
import { describeLeaseOwner } from './lease-owner.ts';
import { Closers } from './open/closers.ts';
import { openDoctor } from './open/open-doctor.ts';
import type { OpenDoctor } from './open/open-doctor.ts';
import { parseDuration } from './option-values.ts';
import { printJson } from './print-json.ts';
import { addTraceOption, openTrace } from './trace.ts';
import type { Trace } from './trace.ts';

interface DoctorFlags {
  readonly config: string;
  /** `--no-retrieve` */
  readonly retrieve: boolean;
  readonly force?: boolean;
  /** For each account, in milliseconds. */
  readonly time: number;
  readonly trace?: string;
  readonly json?: boolean;
}

const DEFAULT_TIME_MS = 180_000;
/** Of what is no terminal. */
const DEFAULT_WIDTH = 100;

export function addDoctorCommand(program: Command): void {
  const command = program
    .command('doctor')
    .description(
      'examine the server of every account, or of those named, and say what to set; exit code 1 if there is a problem',
    )
    .argument('[account...]', 'ids of accounts in the configuration')
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .option('--no-retrieve', 'retrieve no message: some servers mark what is retrieved as read')
    .option('--force', 'also while a run is at work on the account')
    .addOption(
      new Option('--time <duration>', 'end within 90s, 10m: for each account')
        .argParser(parseDuration)
        .default(DEFAULT_TIME_MS, '3m'),
    )
    .option('--json', 'print one JSON document');
  addTraceOption(command).action(async (ids: string[], flags: DoctorFlags) => {
    process.exitCode = await runDoctor(ids, flags);
  });
}

/** @throws config-scope errors */
async function runDoctor(ids: readonly string[], flags: DoctorFlags): Promise<number> {
  const config = loadConfig(flags.config);
  const accounts = chooseAccounts(config.accounts, ids);
  const closers = new Closers();
  const interrupt = watchInterrupt();
  closers.add(interrupt.close);
  try {
    const trace = openTrace(flags.trace);
    closers.add(trace.close);
    const open = await openDoctor(config);
    closers.add(open.close);
    // After a signal the rest have their turn, too: to be told as not examined.
    const stop = new AbortController().signal;
    const toExamined = (turn: Turn<ExaminedAccount>): ExaminedAccount =>
      turn.result ?? notExamined(turn, accounts);
    const describe = (turn: Turn<ExaminedAccount>): string =>
      describeExamined(toExamined(turn), process.stdout.columns || DEFAULT_WIDTH);
    const turns = await eachAccount(
      accounts,
      { stop, json: flags.json ?? false, describe },
      async (account) => await examineOne(account, open, flags, { trace, interrupt: interrupt.signal }),
    );
    const examined = turns.map(toExamined);
    if (flags.json) printJson(toDoctorJson(examined));
    return examined.every(isGood) ? EXIT_OK : EXIT_FAILED;
  } finally {
    await closers.close();
  }
}

/** For something that no examination should end with. */
function notExamined(
  { account, failure }: Turn<ExaminedAccount>,
  accounts: readonly Account[],
): ExaminedAccount {
  const { host = '', port = 0 } = accounts.find(({ id }) => id === account) ?? {};
  return { account, host, port, examination: undefined, remark: failure?.message };
}

async function examineOne(
  account: Account,
  open: OpenDoctor,
  flags: DoctorFlags,
  { trace, interrupt }: { readonly trace: Trace; readonly interrupt: AbortSignal },
): Promise<ExaminedAccount> {
  const { id, host, port } = account;
  if (interrupt.aborted)
    return { account: id, host, port, examination: undefined, remark: 'interrupted before' };
  const atWork = await open.atWork(id);
  if (atWork.kind === 'somebody' && !flags.force) {
    const owner = describeLeaseOwner(atWork.owner, Date.now());
    const remark = `${owner} works on this account, and another login could disturb it; --force examines it all the same`;
    return { account: id, host, port, examination: undefined, remark };
  }
  const deadline = startDeadline(flags.time, interrupt);
  const progress = showProgress(account, flags);
  try {
    const ports = { ...open.ports, pop3: trace.of(account, open.ports.pop3) };
    const { retrieve } = flags;
    const examination = await examineAccount(account, ports, { retrieve, ...deadline });
    const remark =
      atWork.kind === 'unknown' ? `whether a run is at work could not be seen: ${atWork.why}` : undefined;
    return { account: id, host, port, examination, remark };
  } finally {
    progress.close();
    deadline.close();
  }
}

/** The first signal ends the examination with what is known; the second, the process. */
function watchInterrupt(): { readonly signal: AbortSignal; readonly close: () => void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    controller.abort(
      new MailferryError('it was interrupted by a signal', {
        code: 'INTERRUPTED',
        scope: 'session',
        retryable: true,
      }),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  return {
    signal: controller.signal,
    close: () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
    },
  };
}

const ERASE_LINE = '\r\x1b[2K';

function showProgress({ id, host }: Account, { json, time }: DoctorFlags): { readonly close: () => void } {
  if (json || !process.stderr.isTTY) return { close: () => {} };
  process.stderr.write(`${id}: asking ${host}, at most ${formatDuration(time)} ...`);
  return { close: () => process.stderr.write(ERASE_LINE) };
}
