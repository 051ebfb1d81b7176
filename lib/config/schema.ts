// What may stand in mailferry.yaml. Unknown keys are errors; every rule says what is allowed; all problems are told at once.

import * as z from 'zod';
import { CATALOG_FORMS } from '../core/catalog/catalog-key.ts';
import { accountSchema } from './account-schema.ts';
import { ARCHIVE_PATTERN, isInS3, LEDGER_PATTERN, S3_PATTERN } from './location.ts';

const ARCHIVE_ALLOWED = 'expected the path of a folder, or s3://bucket[/prefix]';
const LEDGER_ALLOWED = 'expected the path of a file, or dynamodb://table';
const DERIVED_ALLOWED = 'expected s3://bucket[/prefix]';

/** Who makes the parsed documents: the program that imports, the functions deployed with the archive, or `reparse` some day. */
const parsing = z.enum(['here', 'stack', 'later'], 'expected here, stack or later').default('here');

const CATALOG = [...CATALOG_FORMS, 'none'] as const;
const catalog = z.enum(CATALOG, `expected ${CATALOG.join(', ')}`).default('ndjson');

export const configSchema = z
  .strictObject({
    archive: z
      .string(ARCHIVE_ALLOWED)
      .regex(ARCHIVE_PATTERN, ARCHIVE_ALLOWED)
      .describe('where the mail goes: a folder, or s3://bucket[/prefix]'),
    derived: z
      .string(DERIVED_ALLOWED)
      .regex(S3_PATTERN, DERIVED_ALLOWED)
      .describe('where an archive in S3 has its parsed documents and attachments, if not beside the mail')
      .optional(),
    ledger: z
      .string(LEDGER_ALLOWED)
      .regex(LEDGER_PATTERN, LEDGER_ALLOWED)
      .describe('what was fetched already: a SQLite file, or dynamodb://table')
      .optional(),
    parsing: parsing.describe(
      'who makes the parsed documents: here (the import), stack (the deployed parse function), or later (reparse --missing)',
    ),
    catalog: catalog.describe(
      'how the catalog is written, which has a row of each message for SQL: ndjson (gzipped lines of JSON), parquet, or none',
    ),
    accounts: z.array(accountSchema, 'expected a list of accounts').min(1, 'expected at least one account'),
  })
  .superRefine(
    (file, context) => {
      for (const problem of [...problemsOfPlaces(file), ...problemsOfIds(file)]) {
        context.addIssue({ code: 'custom', ...problem });
      }
    },
    // Also beside other problems, so what is looked at may be of any type.
    { when: ({ value }) => typeof value === 'object' && value !== null },
  );

export type ConfigFile = z.infer<typeof configSchema>;

interface Problem {
  readonly path: (string | number)[];
  readonly input: unknown;
  readonly message: string;
}

type Unchecked = Readonly<Partial<Record<keyof ConfigFile, unknown>>>;

function problemsOfPlaces({ archive, derived, ledger, parsing, catalog }: Unchecked): Problem[] {
  if (typeof archive !== 'string' || !ARCHIVE_PATTERN.test(archive)) return [];
  const problems: (Problem | false)[] = isInS3(archive)
    ? [
        ledger === undefined && {
          path: ['ledger'],
          input: ledger,
          message: 'expected dynamodb://table or the path of a file: an archive in S3 has no place for it',
        },
        parsing === 'stack' &&
          catalog === 'parquet' && {
            path: ['catalog'],
            input: catalog,
            message: 'expected ndjson or none: the stack writes no parquet',
          },
      ]
    : [
        derived !== undefined && {
          path: ['derived'],
          input: derived,
          message: 'expected nothing: a folder keeps the parsed documents beside the mail',
        },
        parsing === 'stack' && {
          path: ['parsing'],
          input: parsing,
          message: 'expected here or later: the stack parses only what is in S3',
        },
      ];
  return problems.filter((problem) => problem !== false);
}

function problemsOfIds({ accounts }: Unchecked): Problem[] {
  if (!Array.isArray(accounts)) return [];
  const ids = accounts.map((account: unknown) => (account as { id?: unknown } | null)?.id);
  return ids.flatMap((id, index) =>
    id === undefined || ids.indexOf(id) === index
      ? []
      : [
          {
            path: ['accounts', index, 'id'],
            input: id,
            message: 'every account needs an id of its own',
          },
        ],
  );
}
