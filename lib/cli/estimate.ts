// `mailferry estimate`: what AWS would charge for the mailboxes of the configuration, or for as much mail as is said. Asks each
// server how much it has, and fetches nothing.

import { Option } from 'commander';
import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import type { Account } from '../core/account.ts';
import { MailferryError } from '../core/errors.ts';
import { toRunError } from '../core/run-error.ts';
import { askMaildrop } from '../estimate/ask-maildrop.ts';
import { measureArrivals } from '../estimate/arrivals.ts';
import { assume } from '../estimate/assumptions.ts';
import type { Assumptions } from '../estimate/assumptions.ts';
import { PRICED_REGION } from '../estimate/aws-prices.ts';
import { estimate } from '../estimate/estimate.ts';
import { alikeMailboxes, toMailboxFacts } from '../estimate/mailbox-facts.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { describeEstimate, toEstimateJson } from './describe-estimate.ts';
import type { AskedAccount } from './describe-estimate.ts';
import { startDeadline } from './doctor/deadline.ts';
import { parseAmount, parseAssumption, parseOctets } from './estimate-options.ts';
import { EXIT_FAILED, EXIT_OK } from './exit.ts';
import { openEstimate } from './open/open-estimate.ts';
import type { OpenEstimate } from './open/open-estimate.ts';
import { parseCount, parseDuration } from './option-values.ts';
import { printJson } from './print-json.ts';

interface EstimateFlags {
  readonly config: string;
  /** Of all mailboxes together: then no server is asked. */
  readonly messages?: number;
  readonly octets?: number;
  readonly mailboxes: number;
  /** In milliseconds. */
  readonly every: number;
  readonly messagesPerMonth?: number;
  /** In milliseconds. */
  readonly rtt?: number;
  readonly assume?: Partial<Assumptions>;
  /** For each account, in milliseconds. */
  readonly time: number;
  readonly json?: boolean;
}

const DEFAULT_TIME_MS = 600_000;
const DEFAULT_EVERY_MS = 15 * 60_000;

export function addEstimateCommand(program: Command): void {
  program
    .command('estimate')
    .description(
      'say what AWS would charge for the first import and for each month; asks the servers how much they have and fetches nothing',
    )
    .argument('[account...]', 'ids of accounts in the configuration')
    .option('-c, --config <file>', 'the configuration file', 'mailferry.yaml')
    .option('--messages <n>', 'ask no server: so many messages, in all mailboxes together', parseAmount)
    .option('--octets <size>', 'with --messages: of all of them together, such as 1.5GB', parseOctets)
    .addOption(
      new Option('--mailboxes <n>', 'with --messages: so many mailboxes').argParser(parseCount).default(1),
    )
    .addOption(
      new Option('--every <duration>', 'with --messages: how often they are polled')
        .argParser(parseDuration)
        .default(DEFAULT_EVERY_MS, '15m'),
    )
    .option('--messages-per-month <n>', 'new mail of all mailboxes together', parseAmount)
    .option('--rtt <ms>', 'to the mail servers and back, from the functions', parseAmount)
    .addOption(new Option('--region <name>', 'whose prices').choices([PRICED_REGION]).default(PRICED_REGION))
    .option('--assume <name=value>', 'take something else for granted; may be given often', parseAssumption)
    .addOption(
      new Option('--time <duration>', 'give up after 90s, 10m: for each account')
        .argParser(parseDuration)
        .default(DEFAULT_TIME_MS, '10m'),
    )
    .option('--json', 'print one JSON document')
    .action(async (ids: string[], flags: EstimateFlags) => {
      process.exitCode = await runEstimate(ids, flags);
    });
}

/** @throws config-scope errors */
async function runEstimate(ids: readonly string[], flags: EstimateFlags): Promise<number> {
  refuseHalves(ids, flags);
  const assumptions = assume({ ...flags.assume, ...(flags.rtt !== undefined && { rttMs: flags.rtt }) });
  const asked = flags.messages === undefined ? await askEach(ids, flags) : [];
  const mailboxes =
    flags.messages === undefined
      ? asked.flatMap(({ facts }) => (facts ? [facts] : []))
      : alikeMailboxes(flags.mailboxes, {
          messages: flags.messages,
          octets: flags.octets ?? flags.messages * assumptions.octetsPerMessage,
          everyMinutes: flags.every / 60_000,
        });
  const estimated = estimate(mailboxes, flags.messagesPerMonth, assumptions);
  if (flags.json) printJson(toEstimateJson(asked, estimated));
  else console.log(describeEstimate(asked, estimated));
  return asked.every(({ facts }) => facts !== undefined) ? EXIT_OK : EXIT_FAILED;
}

/** Said or asked, not both: what would be passed over in silence. @throws CONFIG_INVALID */
function refuseHalves(ids: readonly string[], { messages, octets }: EstimateFlags): void {
  const isSaid = messages !== undefined;
  if (isSaid ? ids.length === 0 : octets === undefined) return;
  const what = isSaid ? 'an account' : '--octets';
  throw new MailferryError(`${what} was given ${isSaid ? 'with' : 'without'} --messages`, {
    code: 'CONFIG_INVALID',
    scope: 'config',
    retryable: false,
    hint: 'either name accounts, whose servers are asked, or say how much there is: --messages and --octets',
  });
}

async function askEach(ids: readonly string[], flags: EstimateFlags): Promise<readonly AskedAccount[]> {
  const config = loadConfig(flags.config);
  const accounts = chooseAccounts(config.accounts, ids);
  const open = await openEstimate(config);
  try {
    const asked: AskedAccount[] = [];
    for (const account of accounts) asked.push(await ask(account, open, flags.time));
    return asked;
  } finally {
    await open.close();
  }
}

async function ask(account: Account, open: OpenEstimate, timeMs: number): Promise<AskedAccount> {
  // A signal may end the process anywhere: nothing is fetched, and nothing written.
  const deadline = startDeadline(timeMs, new AbortController().signal);
  try {
    const found = await askMaildrop(account, open.doorway, deadline.signal);
    const arrivals = measureArrivals(await open.runs(account.id), Date.now());
    return { account: account.id, facts: toMailboxFacts(account, found, arrivals), failure: undefined };
  } catch (error) {
    return { account: account.id, facts: undefined, failure: toRunError(error) };
  } finally {
    deadline.close();
  }
}
