// Ports whose every call is a step that can be the last: the process dies before it, or right after its effect, and nothing
// it calls afterwards reaches the world.

/** Not a MailferryError: nothing in the product may take it for anything. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

export class Steps {
  taken = 0;
  readonly #last: number;
  readonly #moment: 'before' | 'after';
  readonly #error: Error;
  readonly #isFatal: boolean;
  #isDead = false;

  /**
   * @param last the step that fails, 1 the first
   * @param error without one the process dies there; with one that step fails, and the process goes on
   */
  constructor(last: number, moment: 'before' | 'after', error?: Error) {
    this.#last = last;
    this.#moment = moment;
    this.#isFatal = error === undefined;
    this.#error = error ?? new Crash(`at step ${last}, ${moment} its effect`);
  }

  async take<T>(effect: () => Promise<T>): Promise<T> {
    if (this.#isDead) throw this.#error;
    this.taken += 1;
    const isLast = this.taken === this.#last;
    if (isLast && this.#moment === 'before') return this.#fail();
    const result = await effect();
    return isLast ? this.#fail() : result;
  }

  #fail(): never {
    this.#isDead = this.#isFatal;
    throw this.#error;
  }
}

/** The port with every call, and every item of what it lists or reads, a step. */
export function stepped<Port extends object>(port: Port, steps: Steps): Port {
  return new Proxy(port, {
    get: (target, name): unknown => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const call = (): unknown => Reflect.apply(member, target, args);
        return LISTING.has(name)
          ? steppedItems(call() as AsyncIterable<unknown>, steps)
          : steppedCall(call, steps);
      };
    },
  });
}

/** These give items at once, not a promise. */
const LISTING: ReadonlySet<string | symbol> = new Set(['list', 'records']);

async function steppedCall(call: () => unknown, steps: Steps): Promise<unknown> {
  const result = await steps.take(async () => await call());
  return isIterable(result) ? steppedItems(result, steps) : result;
}

async function* steppedItems<T>(items: AsyncIterable<T>, steps: Steps): AsyncGenerator<T, void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  for (;;) {
    const next = await steps.take(async () => await iterator.next());
    if (next.done === true) return;
    yield next.value;
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
