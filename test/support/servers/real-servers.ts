// All real servers of the interop tests, in the order of the matrix.

import { courier } from './courier.ts';
import { cyrus } from './cyrus.ts';
import { dovecot } from './dovecot.ts';
import { inetsim } from './inetsim.ts';
import { mailutils } from './mailutils.ts';
import { nginx } from './nginx.ts';
import { perdition } from './perdition.ts';
import { popa3d } from './popa3d.ts';
import type { RealServer } from './real-server.ts';
import { solidPop3d } from './solid-pop3d.ts';
import { twisted } from './twisted.ts';

export const REAL_SERVERS: readonly RealServer[] = [
  dovecot,
  courier,
  cyrus,
  popa3d,
  solidPop3d,
  mailutils,
  perdition,
  nginx,
  twisted,
  inetsim,
];
