// What a report on the archive names beside its numbers: one object, of one kind; and what each kind means and asks for.

export interface ObjectProblem<Kind extends string> {
  readonly kind: Kind;
  readonly key: string;
  /** Sizes, an error. Never anything of a message's content. */
  readonly detail: string | undefined;
}

export interface ProblemKind<Serious extends string = string> {
  /** `news` is worth knowing; any other is serious. */
  readonly severity: Serious | 'news';
  readonly meaning: string;
  readonly remedy: string;
}

/** What kinds there are, in the order in which they are told. */
export type ProblemKinds<Kind extends string, Serious extends string = string> = Readonly<
  Record<Kind, ProblemKind<Serious>>
>;

/** Nothing serious is among them. */
export function isAllNews<Kind extends string>(
  problems: readonly { readonly kind: Kind }[],
  kinds: ProblemKinds<Kind>,
): boolean {
  return problems.every(({ kind }) => kinds[kind].severity === 'news');
}
