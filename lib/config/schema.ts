// What may stand in mailferry.yaml. Unknown keys are errors; every rule says what is allowed.

import { z } from 'zod';
import { ACCOUNT_ID_PATTERN } from '../core/account.ts';

const UNITS = { '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

const SIZE_ALLOWED = 'expected a size such as 100MB, 5GB or a number of octets (at least 1)';

const size = z
  .union([z.number(), z.string()], SIZE_ALLOWED)
  .transform((value, context) => {
    const match = /^(\d+(?:\.\d+)?)\s*(|B|KB|MB|GB|KiB|MiB|GiB)$/.exec(String(value).trim());
    const octets = match ? Math.floor(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]) : 0;
    if (octets >= 1 && Number.isSafeInteger(octets)) return octets;
    context.addIssue({ code: 'custom', message: SIZE_ALLOWED, input: value });
    return z.NEVER;
  })
  .describe('a size: octets, or a number with KB, MB, GB, KiB, MiB or GiB');

const secret = z
  .string('expected a reference to a secret: env:NAME, file:PATH or command:PROGRAM ARGUMENTS')
  .regex(
    /^(env|file|command):\S.*$/s,
    'expected a reference to a secret: env:NAME, file:PATH or command:PROGRAM ARGUMENTS (never the secret itself)',
  );

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

const account = z
  .strictObject({
    id: z
      .string('expected a name such as billing')
      .regex(ACCOUNT_ID_PATTERN, 'expected 1 to 63 of a-z, 0-9 and -, not starting with -'),
    host: text('expected a host name or an IP address'),
    port: z.int(PORT_ALLOWED).min(1, PORT_ALLOWED).max(65535, PORT_ALLOWED).optional(),
    tls: z.enum(['implicit', 'starttls', 'none'], 'expected implicit, starttls or none').default('implicit'),
    insecure: yesOrNo,
    caFile: text('expected the path of a PEM file').optional(),
    allowPrivateNetwork: yesOrNo,
    user: text('expected the user name of the mailbox'),
    auth: z.strictObject({ password: secret }, 'expected { password: env:NAME }'),
    onServer: onServer.default('keep'),
    pauseDeletions: yesOrNo,
    limits: limits.optional(),
  })
  .superRefine((value, context) => {
    if (value.tls !== 'none' || value.insecure) return;
    context.addIssue({
      code: 'custom',
      path: ['tls'],
      input: value.tls,
      message: 'none sends the password and the mail in clear text: it needs insecure: true',
    });
  });

const folder = (what: string): z.ZodString =>
  text(`expected the path of a ${what}`).regex(
    /^(?![a-z][a-z0-9+.-]*:\/\/)/i,
    `expected the path of a ${what}: this version knows no other kind of address`,
  );

export const configSchema = z
  .strictObject({
    archive: folder('folder'),
    ledger: folder('file').optional(),
    accounts: z.array(account, 'expected a list of accounts').min(1, 'expected at least one account'),
  })
  .superRefine(({ accounts }, context) => {
    accounts.forEach(({ id }, index) => {
      if (accounts.findIndex((other) => other.id === id) === index) return;
      context.addIssue({
        code: 'custom',
        path: ['accounts', index, 'id'],
        input: id,
        message: 'every account needs an id of its own',
      });
    });
  });

export type ConfigFile = z.infer<typeof configSchema>;
