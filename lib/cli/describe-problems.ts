// Everything that was found, by kind, for a person: what each kind means and what to do, then where it was found.

import { paint } from './paint.ts';

interface ProblemFacts {
  /** `news` is worth knowing; any other is serious. */
  readonly severity: string;
  readonly meaning: string;
  readonly remedy: string;
}

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
  kinds: Readonly<Record<Kind, ProblemFacts>>,
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
