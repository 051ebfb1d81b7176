// Ctrl-C and SIGTERM: the first asks the run to finish its message and end properly, the second drops everything.

import { MailferryError } from '../core/errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface SignalWatch {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  close(): void;
}

export function watchSignals(): SignalWatch {
  const stop = new AbortController();
  const abort = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) {
      abort.abort(interrupted('the run was interrupted by a second signal'));
      return;
    }
    process.stderr.write('stopping after the message under way; once more to stop at once\n');
    stop.abort(interrupted('the run was interrupted by a signal'));
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    stop: stop.signal,
    abort: abort.signal,
    close: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}

function interrupted(message: string): MailferryError {
  return new MailferryError(message, {
    code: 'INTERRUPTED',
    scope: 'session',
    retryable: true,
    hint: 'run again: the import goes on where it stopped',
  });
}
