// What an examination found: for a person a table and the settings to take over, for a program all of it.

import { isHealthy } from '../../doctor/check.ts';
import type { Check, Examination, Setting, Verdict } from '../../doctor/check.ts';
import { formatCount } from '../format.ts';
import { paint } from '../paint.ts';
import { wrap } from './wrap.ts';

export interface ExaminedAccount {
  readonly account: string;
  readonly host: string;
  readonly port: number;
  /** `undefined` if it was not examined. */
  readonly examination: Examination | undefined;
  /** Why not; or what should be known of it besides. */
  readonly remark: string | undefined;
}

const NARROWEST = 30;
const FEWEST_GATHERED = 3;

type ShownCheck = Omit<Check, 'name'> & { readonly name: string };
const VERDICT_WIDTH = Math.max(...['ok', 'note', 'PROBLEM', 'not tried'].map(({ length }) => length));

export function isGood({ examination }: ExaminedAccount): boolean {
  return examination !== undefined && isHealthy(examination);
}

/** @param width of the terminal, in columns */
export function describeExamined(examined: ExaminedAccount, width: number): string {
  const { account, host, port, examination, remark } = examined;
  const title = paint('bold', `${account} at ${host}:${port}: ${summary(examined)}`);
  const remarks = remark === undefined ? [] : wrap(remark, width - 2).map((line) => `  ${line}`);
  if (!examination) return [title, ...remarks].join('\n');
  const nameWidth = Math.max(...examination.checks.map(({ name }) => name.length));
  const checks = gather(examination.checks).flatMap((check) => describeCheck(check, nameWidth, width));
  return [title, ...remarks, ...checks, ...describeSettings(examination, width)].join('\n');
}

function summary({ examination }: ExaminedAccount): string {
  if (!examination) return 'not examined';
  const of = (verdict: Verdict): number =>
    examination.checks.filter((check) => check.verdict === verdict).length;
  const parts = [
    ...(of('problem') > 0 ? [formatCount(of('problem'), 'problem')] : []),
    ...(of('note') > 0 ? [formatCount(of('note'), 'note')] : []),
  ];
  return parts.join(', ') || 'all is well';
}

const SHOWN: Readonly<
  Record<Verdict, { readonly word: string; readonly colour: Parameters<typeof paint>[0] }>
> = {
  ok: { word: 'ok', colour: 'green' },
  note: { word: 'note', colour: 'yellow' },
  problem: { word: 'PROBLEM', colour: 'red' },
  'not-tried': { word: 'not tried', colour: 'dim' },
};

/** What was not tried for one reason is one line, if it is much: it says nothing else. */
function gather(checks: readonly Check[]): readonly ShownCheck[] {
  const reasons = Map.groupBy(checks, ({ verdict, finding }) =>
    verdict === 'not-tried' ? finding : undefined,
  );
  const gathered = [...reasons].flatMap(([finding, alike]) =>
    finding !== undefined && alike.length >= FEWEST_GATHERED
      ? [{ finding, names: alike.map(({ name }) => name) }]
      : [],
  );
  const shown: ShownCheck[] = checks.filter(
    ({ name }) => !gathered.some(({ names }) => names.includes(name)),
  );
  return [
    ...shown,
    ...gathered.map(({ finding, names }): ShownCheck => {
      const rest = { name: `${names.length} others`, verdict: 'not-tried' } as const;
      return { ...rest, finding: `${finding}: ${names.join(', ')}` };
    }),
  ];
}

function describeCheck(
  { name, verdict, finding, recommendation }: ShownCheck,
  nameWidth: number,
  width: number,
): string[] {
  const { word, colour } = SHOWN[verdict];
  const indent = 2 + VERDICT_WIDTH + 2 + nameWidth + 2;
  const room = Math.max(NARROWEST, width - indent);
  const [first = '', ...more] = wrap(finding, room);
  const advice = recommendation === undefined ? [] : wrap(recommendation, room - 3);
  return [
    `  ${paint(colour, word.padEnd(VERDICT_WIDTH))}  ${name.padEnd(nameWidth)}  ${first}`,
    ...more.map((line) => `${' '.repeat(indent)}${line}`),
    ...advice.map((line, index) => `${' '.repeat(indent)}${index === 0 ? '-> ' : '   '}${line}`),
  ];
}

function settingsOf({ checks }: Examination): readonly Setting[] {
  return checks.flatMap(({ setting }) => (setting ? [setting] : []));
}

/** Lines to be copied as they are: what is optional is a comment. */
function describeSettings(examination: Examination, width: number): string[] {
  const settings = settingsOf(examination);
  if (settings.length === 0) return [];
  const lines = settings.flatMap(({ yaml, why, isOptional }) => [
    ...wrap(why, width - 6).map((line) => `    # ${line}`),
    `    ${isOptional ? '# ' : ''}${yaml}`,
  ]);
  return ['', '  settings for this account:', ...lines];
}

export function toDoctorJson(examined: readonly ExaminedAccount[]): object {
  return {
    good: examined.every(isGood),
    accounts: examined.map((one) => ({
      account: one.account,
      host: one.host,
      port: one.port,
      good: isGood(one),
      examined: one.examination !== undefined,
      remark: one.remark ?? null,
      checks: one.examination?.checks.map(toCheckJson) ?? [],
      settings: one.examination ? settingsOf(one.examination) : [],
      facts: one.examination ? toFactsJson(one.examination) : null,
    })),
  };
}

function toCheckJson({ name, verdict, finding, recommendation, setting }: Check): object {
  return { name, verdict, finding, recommendation, setting: setting?.yaml };
}

function toFactsJson({ facts: { greeting, tls, capabilities } }: Examination): object {
  return {
    greeting: greeting ?? null,
    tls: tls ?? null,
    capabilities: {
      beforeLogin: capabilities.beforeLogin ?? null,
      afterLogin: capabilities.afterLogin ?? null,
    },
  };
}
