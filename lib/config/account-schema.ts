// What may stand in mailferry.yaml of one account. Every rule says what is allowed.

import * as z from 'zod';
import { ACCOUNT_ID_PATTERN } from '../core/account.ts';
import { problemsOfAuth } from './auth-problems.ts';
import { authSchema } from './auth-schema.ts';
import { scheduleSchema } from './schedule-schema.ts';
import { tlsKeysWithoutTls, transportKeys } from './transport-schema.ts';

const UNITS = { '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

const SIZE_ALLOWED = 'expected a size such as 100MB, 5GB or a number of octets (at least 1)';

const size = z
  .union([z.number(), z.string()], SIZE_ALLOWED)
  .describe('a size: octets, or a number with KB, MB, GB, KiB, MiB or GiB')
  .transform((value, context) => {
    const match = /^(\d+(?:\.\d+)?)\s*(|B|KB|MB|GB|KiB|MiB|GiB)$/.exec(String(value).trim());
    const octets = match ? Math.floor(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]) : 0;
    if (octets >= 1 && Number.isSafeInteger(octets)) return octets;
    context.addIssue({ code: 'custom', message: SIZE_ALLOWED, input: value });
    return z.NEVER;
  });

const text = (allowed: string): z.ZodString => z.string(allowed).min(1, allowed);

const COUNT_ALLOWED = 'expected a whole number of at least 1';

const DELETIONS_ALLOWED = 'expected a whole number from 1 to 100000';

const limits = z.strictObject({
  messageBytes: size.optional(),
  runMessages: z.int(COUNT_ALLOWED).min(1, COUNT_ALLOWED).optional(),
  runBytes: size.optional(),
  deletionsPerRun: z
    .int(DELETIONS_ALLOWED)
    .min(1, DELETIONS_ALLOWED)
    .max(100_000, DELETIONS_ALLOWED)
    .optional(),
});

const DAYS_ALLOWED = 'expected a whole number of days of at least 1';

const onServer = z.union(
  [z.enum(['keep', 'delete']), z.strictObject({ deleteAfterDays: z.int(DAYS_ALLOWED).min(1, DAYS_ALLOWED) })],
  'expected keep, delete or { deleteAfterDays: N } with a whole number N of at least 1',
);

const yesOrNo = z.boolean('expected true or false').default(false);

const PORT_ALLOWED = 'expected a whole number from 1 to 65535';

export const accountSchema = z
  .strictObject({
    id: z
      .string('expected a name such as billing')
      .regex(ACCOUNT_ID_PATTERN, 'expected 1 to 63 of a-z, 0-9 and -, not starting with -')
      .describe('part of the path of every file, for good'),
    host: text('expected a host name or an IP address').describe('the POP3 server'),
    port: z
      .int(PORT_ALLOWED)
      .min(1, PORT_ALLOWED)
      .max(65535, PORT_ALLOWED)
      .optional()
      .describe('995 with tls: implicit, else 110, if it is left out'),
    tls: z
      .enum(['implicit', 'starttls', 'none'], 'expected implicit, starttls or none')
      .default('implicit')
      .describe('starttls is mandatory once chosen; none needs insecure: true'),
    insecure: yesOrNo.describe('the password and the mail may go in clear text'),
    caFile: text('expected the path of a PEM file')
      .optional()
      .describe('a PEM file with the only certificate authorities to trust for this account'),
    ...transportKeys,
    allowPrivateNetwork: yesOrNo.describe(
      'the server, and the proxy, may be on this machine or on a private network',
    ),
    user: text('expected the user name of the mailbox'),
    auth: authSchema,
    schedule: scheduleSchema.optional(),
    paused: yesOrNo.describe('no dispatcher polls the account; an import by hand still does'),
    onServer: onServer
      .default('keep')
      .describe('whether, or when, a message that is stored and verified is deleted on the server'),
    pauseDeletions: yesOrNo.describe('delete nothing for now, whatever onServer says'),
    limits: limits.optional(),
  })
  .superRefine(
    (value, context) => {
      for (const problem of problemsOfAuth(value)) context.addIssue({ code: 'custom', ...problem });
      for (const key of tlsKeysWithoutTls(value)) {
        context.addIssue({
          code: 'custom',
          path: [key],
          input: value[key],
          message: 'expected nothing with tls: none, which checks and shows no certificate',
        });
      }
      if (value.tls !== 'none' || value.insecure) return;
      context.addIssue({
        code: 'custom',
        path: ['tls'],
        input: value.tls,
        message: 'none sends the password and the mail in clear text: it needs insecure: true',
      });
    },
    // Also beside other problems: all are told at once.
    { when: ({ value }) => typeof value === 'object' && value !== null },
  );
