// Makes up mail, and what others do to a mailbox.

import type { Dice } from './dice.ts';
import type { Arrival, MailboxEvent } from './history.ts';
import { MAIL_SHAPES } from './mail-message.ts';
import type { Trouble } from './mail-message.ts';

const SIZE_CLASSES = 8;

export function generateEvent(dice: Dice, kind: MailboxEvent['kind']): MailboxEvent {
  switch (kind) {
    case 'mail':
      return {
        kind,
        arrivals: generateMail(dice, dice.chance(0.1) ? dice.between(10, 12) : dice.between(1, 3)),
      };
    case 'other-client': {
      const count = dice.chance(0.2) ? dice.between(6, 12) : dice.between(1, 2);
      return { kind, deletes: Array.from({ length: count }, () => dice.below(20)) };
    }
    case 'turnover':
      return { kind, but: dice.chance(0.7) ? 0 : dice.between(1, 6) };
  }
}

export function generateMail(dice: Dice, count: number): Arrival[] {
  return Array.from({ length: count }, () => ({
    sizeClass: dice.below(SIZE_CLASSES),
    shape: dice.pick(MAIL_SHAPES),
    kind: dice.weighted({
      new: 40,
      copy: 3,
      'header-twin': 1,
      'same-uidl': 1.5,
      'same-all': 0.5,
      'reused-uidl': 3,
      'taken-uidl': 1.5,
      'no-uidl': 1,
    }),
    of: dice.below(20),
    trouble: dice.chance(0.06) ? generateTrouble(dice) : null,
  }));
}

function generateTrouble(dice: Dice): Trouble {
  return {
    how: dice.chance(0.5) ? 'refuse' : 'break',
    timesLeft: dice.chance(0.35) ? null : dice.between(1, 4),
  };
}
