// A few small mailboxes in which a crash is tried at every single step, one after the other.

import { LEASE_MS } from '../../../lib/core/limits.ts';
import { PLAIN_FATE } from './history.ts';
import type { Arrival, History, Operation } from './history.ts';
import type { Trouble } from './mail-message.ts';
import type { Moment } from './process.ts';

export interface Scenario {
  readonly name: string;
  /** What went before the run that is disturbed. */
  readonly before: History;
}

const RUN: Operation = { kind: 'run', ...PLAIN_FATE };
const RUN_AND_KEEP: Operation = { ...RUN, kind: 'run', flag: 'no-delete' };
const GONE: Operation = { kind: 'other-client', deletes: [0] };
const TURNOVER: Operation = { kind: 'turnover', but: 0 };
const REFUSED: Trouble = { how: 'refuse', timesLeft: null };
const BREAKING: Trouble = { how: 'break', timesLeft: null };

function mail(count: number, changes: Partial<Arrival> = {}): Operation {
  return {
    kind: 'mail',
    arrivals: Array.from({ length: count }, (_, index) => ({
      sizeClass: index % 8,
      shape: index % 2 === 0 ? 'received' : 'no-line-end',
      kind: 'new',
      of: 0,
      trouble: null,
      ...changes,
    })),
  };
}

function scenario(name: string, operations: readonly Operation[], changes: Partial<History> = {}): Scenario {
  return {
    name,
    before: { quirks: {}, policy: { onServer: 'delete' }, knowsTheDead: false, operations, ...changes },
  };
}

export const SCENARIOS: readonly Scenario[] = [
  scenario('three messages, one of them stored', [mail(1), RUN_AND_KEEP, mail(2)]),
  scenario('two messages of the same octets, one of them stored', [
    mail(1),
    RUN_AND_KEEP,
    mail(1, { kind: 'copy' }),
  ]),
  scenario('a lost +OK to a QUIT that deleted', [
    mail(2),
    { kind: 'server', quirks: { quit: 'commit-and-drop' } },
    RUN,
    { kind: 'server', quirks: { quit: 'ok' } },
    mail(1),
  ]),
  scenario('a lost +OK to a QUIT that did not delete', [
    mail(2),
    { kind: 'server', quirks: { quit: 'drop' } },
    RUN,
    { kind: 'server', quirks: { quit: 'ok' } },
  ]),
  scenario('a QUIT that will delete and lose its +OK', [
    mail(2),
    { kind: 'server', quirks: { quit: 'commit-and-drop' } },
  ]),
  scenario('one message refused, one that breaks the session', [
    mail(1),
    mail(1, { trouble: REFUSED }),
    mail(1, { trouble: BREAKING }),
    mail(1),
  ]),
  scenario('the third failure of a message', [mail(1, { trouble: REFUSED }), RUN, RUN]),
  scenario('a server without UIDL', [mail(2), RUN_AND_KEEP, mail(1)], { quirks: { hasUidl: false } }),
  scenario('a server that deletes what was retrieved', [mail(3)], { quirks: { expires: true } }),
  scenario('an object that went bad', [mail(2), RUN_AND_KEEP, { kind: 'rot', pick: 0 }]),
  scenario('two messages of one UIDL', [mail(1), RUN_AND_KEEP, mail(1, { kind: 'same-uidl' })]),
  scenario(
    'a UIDL given to a message of another size',
    [mail(1), RUN_AND_KEEP, GONE, mail(1, { kind: 'reused-uidl' }), mail(1)],
    { policy: { onServer: 'keep' } },
  ),
  scenario('a UIDL given to a message of the same size', [
    mail(1),
    RUN_AND_KEEP,
    GONE,
    mail(1, { kind: 'taken-uidl' }),
  ]),
  scenario('new UIDLs', [mail(10), RUN_AND_KEEP, TURNOVER]),
  scenario('new UIDLs, and a new message that looks like an old one', [
    mail(10),
    RUN_AND_KEEP,
    mail(1, { kind: 'header-twin' }),
    TURNOVER,
  ]),
  scenario('a message taken for another at a turnover, before its deletion', [
    mail(10),
    RUN_AND_KEEP,
    mail(1, { kind: 'header-twin' }),
    GONE,
    TURNOVER,
    RUN_AND_KEEP,
  ]),
];

/** The run that is disturbed dies. */
export function withCrash({ before }: Scenario, crash: Moment): History {
  return after(before, { kind: 'run', ...PLAIN_FATE, crash });
}

/** A call of the run that is disturbed fails. */
export function withFault({ before }: Scenario, fault: Moment): History {
  return after(before, { kind: 'run', ...PLAIN_FATE, fault });
}

/**
 * The run that is disturbed sleeps from this step on until its lease has run out and another run is through.
 * @param crash what becomes of it after that
 */
export function withNap({ before }: Scenario, atStep: number, crash: Moment | null): History {
  return after(before, {
    kind: 'race',
    order: { seed: 1, stickiness: 1, nap: { who: 0, atStep, forMs: LEASE_MS + 1 } },
    fates: [{ ...PLAIN_FATE, crash }, PLAIN_FATE],
  });
}

function after(before: History, operation: Operation): History {
  return { ...before, operations: [...before.operations, operation] };
}
