// One budget of time for everything it takes to open a connection, whoever uses it up. Sockets entrusted to it are destroyed
// when it is spent or the caller aborts; a step that does not notice is left behind, not waited for.

import type { Socket } from 'node:net';

/** What the time goes by, in words that an error can use. */
export type DialPhase =
  | 'its name was looked up'
  | 'the proxy was looked up and connected to'
  | 'the connection was made'
  | 'the proxy was asked for the connection'
  | 'TLS was agreed on';

export class DialDeadline implements Disposable {
  readonly #spent = new AbortController();
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #entrusted: (() => void)[] = [];
  #phase: DialPhase = 'its name was looked up';

  /**
   * @param signal the caller's: aborting it ends the attempt with its reason
   * @param whenSpent makes the error of an attempt that took too long
   */
  constructor(timeoutMs: number, signal: AbortSignal, whenSpent: (phase: DialPhase) => Error) {
    this.#signal = AbortSignal.any([signal, this.#spent.signal]);
    this.#timer = setTimeout(() => {
      this.#spent.abort(whenSpent(this.#phase));
    }, timeoutMs);
  }

  /** @throws what `step` throws; the caller's reason, or the error of a spent budget, as soon as there is one */
  async during<T>(phase: DialPhase, step: () => Promise<T>): Promise<T> {
    this.#phase = phase;
    const signal = this.#signal;
    signal.throwIfAborted();
    const ended = Promise.withResolvers<never>();
    const onEnd = (): void => {
      ended.reject(asError(signal.reason));
    };
    signal.addEventListener('abort', onEnd, { once: true });
    try {
      return await Promise.race([step(), ended.promise]);
    } finally {
      signal.removeEventListener('abort', onEnd);
    }
  }

  /** @returns the socket, which does not outlive the attempt if that ends without success */
  entrust<S extends Socket>(socket: S): S {
    const destroy = (): void => {
      socket.destroy();
    };
    if (this.#signal.aborted) destroy();
    this.#signal.addEventListener('abort', destroy, { once: true });
    this.#entrusted.push(destroy);
    return socket;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    // The caller's signal may live much longer than the sockets, and must not hold them.
    for (const destroy of this.#entrusted) this.#signal.removeEventListener('abort', destroy);
  }
}

export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
