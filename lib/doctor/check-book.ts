// The checks of one examination, each at most once. What was not come to is told with the reason.

import { CHECK_NAMES, notTried } from './check.ts';
import type { Check, CheckName } from './check.ts';

export class CheckBook {
  readonly #checks = new Map<CheckName, Check>();

  add(...checks: readonly Check[]): void {
    for (const check of checks) {
      if (this.#checks.has(check.name)) throw new Error(`${check.name} was judged before`);
      this.#checks.set(check.name, check);
    }
  }

  has(name: CheckName): boolean {
    return this.#checks.has(name);
  }

  /** All of them. @param why for those that are missing */
  whole(why: string): readonly Check[] {
    return CHECK_NAMES.map((name) => this.#checks.get(name) ?? notTried(name, why));
  }
}
