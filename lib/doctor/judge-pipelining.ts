// Judges whether commands may be sent ahead: by what the server says, and by what it did when it was tried. Pure.

import type { PipeliningMode } from '../core/account.ts';
import { note, ok, problem, setting } from './check.ts';
import type { Check } from './check.ts';
import { count } from './printable.ts';

/** Of the same messages, one by one and then all asked for at once. */
export type PipeliningTrial =
  | { readonly works: true; readonly messages: number; readonly singleMs: number; readonly aheadMs: number }
  | { readonly works: false; readonly why: string };

export function judgePipelining(isAnnounced: boolean, mode: PipeliningMode, trial: PipeliningTrial): Check {
  const said = isAnnounced ? 'announced' : 'not announced';
  if (!trial.works) return judgeBroken(isAnnounced, mode, `${said}, and does not work: ${trial.why}`);
  const { messages, singleMs, aheadMs } = trial;
  const times = `${Math.round(singleMs)} ms one by one, ${Math.round(aheadMs)} ms sent ahead`;
  const finding = `${said}, and works: ${count(messages, 'message')} came the same (${times})`;
  if (mode === 'never') {
    return note('pipelining', finding, {
      recommendation: 'pipelining: never can be left out of this account',
    });
  }
  if (isAnnounced || mode === 'always') return ok('pipelining', finding);
  return note('pipelining', finding, setting('pipelining: always', 'the server can, without saying so'));
}

function judgeBroken(isAnnounced: boolean, mode: PipeliningMode, finding: string): Check {
  if (mode === 'never' || (!isAnnounced && mode === 'auto'))
    return ok('pipelining', `${finding}; it is not used`);
  return isAnnounced
    ? problem('pipelining', finding, setting('pipelining: never', 'the server cannot, although it says so'))
    : problem(
        'pipelining',
        finding,
        setting('pipelining: auto', 'the server cannot, and does not say that it can'),
      );
}
