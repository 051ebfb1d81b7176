// Everything that was found, by kind: for a person what each kind means and what to do, then where it was found; for a program
// all of it.

import type { ObjectProblem, ProblemKinds } from '../core/report-problem.ts';
import type { RunError } from '../core/run-error.ts';
import { paint } from './paint.ts';

/** Of each kind. `--json` has them all. */
const MOST_NEWS = 10;
const MOST_SERIOUS = 1000;

/**
 * @param kinds in the order in which they are told
 * @param serious what kinds that are no news are called: `DAMAGE`
 * @returns lines; an empty one before each kind
 */
export function describeProblems<Kind extends string, Problem extends { readonly kind: Kind }>(
  problems: readonly Problem[],
  kinds: ProblemKinds<Kind>,
  serious: string,
  describeOne: (problem: Problem) => string,
): string[] {
  const found = Map.groupBy(problems, ({ kind }) => kind);
  return (Object.keys(kinds) as Kind[]).flatMap((kind) => {
    const ofKind = found.get(kind) ?? [];
    if (ofKind.length === 0) return [];
    const { severity, meaning, remedy } = kinds[kind];
    const isNews = severity === 'news';
    const shown = ofKind.slice(0, isNews ? MOST_NEWS : MOST_SERIOUS);
    const more = ofKind.length - shown.length;
    const title = paint(isNews ? 'yellow' : 'red', `${isNews ? 'news' : serious} ${kind}`);
    return [
      '',
      `  ${title} (${ofKind.length.toLocaleString('en')}): ${meaning}`,
      `    ${remedy}`,
      ...shown.map((problem) => `      ${describeOne(problem)}`),
      ...(more > 0 ? [`      and ${more.toLocaleString('en')} more; --json names them all`] : []),
    ];
  });
}

/** Where it was found. */
export function describeObject({ key, detail }: Pick<ObjectProblem<string>, 'key' | 'detail'>): string {
  return detail === undefined ? key : `${key}  ${detail}`;
}

/** Each with how bad it is. */
export function toProblemsJson<Kind extends string>(
  problems: readonly { readonly kind: Kind }[],
  kinds: ProblemKinds<Kind>,
): object[] {
  return problems.map((problem) => ({ ...problem, severity: kinds[problem.kind].severity }));
}

/** An account's turn that ended with an error, and so without a report. @param what ended: `the export broke off` */
export function describeFailure(account: string, what: string, failure: RunError | undefined): string {
  const { code = '', message = '', hint } = failure ?? {};
  const lines = [`${account}: ${paint('red', what)}`, `  ${code}: ${message}`, hint];
  return lines.filter((line) => line !== undefined).join('\n    ');
}
