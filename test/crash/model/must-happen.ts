// What has to occur in a few thousand histories: a generator that never does one of these proves less than it says.

import { VITAL_CALLS } from './generate-fate.ts';

function each(kind: string, names: readonly string[]): string[] {
  return names.map((name) => `${kind} ${name}`);
}

export const MUST_HAPPEN: readonly string[] = [
  ...each('operation', ['run', 'race', 'mail', 'other-client', 'turnover']),
  ...each('operation', ['clock', 'server', 'policy', 'rot', 'retry']),
  ...each('mail', [
    'new',
    'copy',
    'header-twin',
    'same-uidl',
    'same-all',
    'reused-uidl',
    'taken-uidl',
    'no-uidl',
  ]),
  ...each('quirk', ['isExclusive true', 'hasUidl false', 'hasTop false', 'sizes off', 'sizes half']),
  ...each('quirk', ['expires true', 'inPieces true', 'cut', 'turnedAway']),
  ...each('quirk', ['pipelines false', 'losesCommands true']),
  'packet with several RETRs',
  'several puts at once',
  ...each('quirk quit', ['refuse', 'refuse-some', 'drop', 'commit-and-drop']),
  ...each('policy', ['keep', 'delete', 'deleteAfterDays']),
  ...each('trouble refuse', ['for ever', 'a few times']),
  ...each('trouble break', ['for ever', 'a few times']),
  ...each('stop', ['interrupt', 'time-up', 'abort']),
  ...each('during', ['mail', 'other-client', 'turnover']),
  ...each('flag', ['no-delete', 'dry-run']),
  ...each('crash before', VITAL_CALLS),
  ...each('crash after', VITAL_CALLS),
  ...each('fault before', ['blobs.put', 'ledger.commit stored', 'write QUIT', 'read QUIT']),
  ...each('fault after', ['blobs.put', 'ledger.commit stored', 'write QUIT', 'read QUIT']),
  ...each('outcome', ['complete', 'partial', 'stopped']),
  ...each('deletions', ['none', 'off', 'refused', 'committed', 'unknown']),
  ...each('error', ['LEASE_HELD', 'LEASE_LOST', 'POP3_MAILDROP_BUSY', 'POP3_CONNECTION_LOST']),
  ...each('error', ['INTERRUPTED', 'POP3_COMMAND_REFUSED', 'ARCHIVE_CORRUPT']),
  ...each('notice', ['NO_UIDL', 'UIDL_TURNOVER', 'DELETIONS_REFUSED', 'TIME_UP', 'RECONNECTED']),
  ...each('counted', ['stored', 'known', 'duplicate', 'skipped', 'quarantined', 'failed', 'deferred']),
  ...each('removal', ['dele', 'expired']),
  ...each('clock', ['forward', 'back']),
  'rotten object',
  'nap',
  'put back',
  'race with a crash',
  'quiet runs',
  'plans of a rest',
];
