// Ctrl-C and SIGTERM while a login waits for a person: it ends at once, with nothing stored.

import { MailferryError } from '../../core/errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface LoginWatch {
  readonly signal: AbortSignal;
  close(): void;
}

export function watchLogin(): LoginWatch {
  const abort = new AbortController();
  const onSignal = (): void => {
    abort.abort(
      new MailferryError('the login was interrupted by a signal: nothing was stored', {
        code: 'INTERRUPTED',
        scope: 'session',
        retryable: true,
        hint: 'begin again with: mailferry login',
      }),
    );
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: abort.signal,
    close: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
