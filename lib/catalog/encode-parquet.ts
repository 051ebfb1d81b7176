// Rows as a Parquet file, with typed columns: times are times, addresses and attachments lists of structs. Same columns as in
// NDJSON.

import * as zlib from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { ColumnSource, SchemaElement } from 'hyparquet-writer';
import type { CatalogRow } from '../core/catalog/catalog-row.ts';

interface Column {
  /** Its part of the file's schema, itself first. */
  readonly schema: readonly SchemaElement[];
  readonly toValue: (row: CatalogRow) => unknown;
}

type Name = keyof CatalogRow;

/** The whole file. @param rows all of them are held in memory */
export function encodeParquet(rows: readonly CatalogRow[]): Uint8Array {
  const columns = Object.entries(COLUMNS).map(([name, column]) => ({ name, ...column }));
  const schema: SchemaElement[] = [{ name: 'root', num_children: columns.length }];
  schema.push(...columns.flatMap((column) => column.schema));
  const columnData = columns.map(({ name, toValue }): ColumnSource => ({
    name,
    data: rows.map((row) => toValue(row)),
  }));
  const createdBy = 'mailferry';
  return new Uint8Array(parquetWriteBuffer({ columnData, schema, createdBy, ...compression() }));
}

/** Node has it from 22.15 on; before that the writer's own Snappy does. */
function compression(): Pick<Parameters<typeof parquetWriteBuffer>[0], 'codec' | 'compressors'> {
  const { zstdCompressSync } = zlib as Partial<typeof zlib>;
  if (zstdCompressSync === undefined) return { codec: 'SNAPPY' };
  return { codec: 'ZSTD', compressors: { ZSTD: (octets) => zstdCompressSync(octets) } };
}

const COLUMNS: Readonly<Record<Name, Column>> = {
  sha256: text('sha256'),
  size: count('size'),
  raw_key: text('raw_key'),
  parsed_key: text('parsed_key'),
  archive_dt: {
    schema: [leaf('archive_dt', 'INT32', { converted_type: 'DATE' })],
    toValue: ({ archive_dt }) => new Date(`${archive_dt}T00:00:00Z`),
  },
  run_id: text('run_id'),
  fetched_at: time('fetched_at'),
  message_id: text('message_id'),
  edrm_mih: text('edrm_mih'),
  in_reply_to: text('in_reply_to'),
  reference_ids: texts('reference_ids'),
  from_addresses: addresses('from_addresses'),
  to_addresses: addresses('to_addresses'),
  cc_addresses: addresses('cc_addresses'),
  bcc_addresses: addresses('bcc_addresses'),
  reply_to_addresses: addresses('reply_to_addresses'),
  subject: text('subject'),
  sent_at: time('sent_at'),
  received_at: time('received_at'),
  attachment_count: count('attachment_count'),
  attachment_size: count('attachment_size'),
  attachments: {
    schema: list('attachments', [
      utf8('name'),
      utf8('type'),
      leaf('size', 'INT64'),
      utf8('sha256'),
      leaf('is_inline', 'BOOLEAN'),
    ]),
    toValue: ({ attachments }) => attachments.map((one) => ({ ...one, size: BigInt(one.size) })),
  },
  preview: text('preview'),
  problems: texts('problems'),
  is_cut: { schema: [leaf('is_cut', 'BOOLEAN')], toValue: ({ is_cut }) => is_cut },
  parser_version: text('parser_version'),
};

function text(name: Name): Column {
  return { schema: [utf8(name)], toValue: (row) => row[name] };
}

function count(name: 'size' | 'attachment_count' | 'attachment_size'): Column {
  return { schema: [leaf(name, 'INT64')], toValue: (row) => BigInt(row[name]) };
}

function time(name: 'fetched_at' | 'sent_at' | 'received_at'): Column {
  const toValue = (row: CatalogRow): Date | null => {
    const at = row[name];
    return at === null ? null : new Date(at);
  };
  return { schema: [leaf(name, 'INT64', { converted_type: 'TIMESTAMP_MILLIS' })], toValue };
}

function texts(name: 'reference_ids' | 'problems'): Column {
  return { schema: list(name, [utf8('element')]), toValue: (row) => row[name] };
}

function addresses(name: Extract<Name, `${string}_addresses`>): Column {
  return { schema: list(name, [utf8('name'), utf8('email')]), toValue: (row) => row[name] };
}

function utf8(name: string): SchemaElement {
  return leaf(name, 'BYTE_ARRAY', { converted_type: 'UTF8' });
}

function leaf(
  name: string,
  type: NonNullable<SchemaElement['type']>,
  more: Partial<SchemaElement> = {},
): SchemaElement {
  return { name, type, repetition_type: 'OPTIONAL', ...more };
}

/** Three levels, as the format asks for: the list, its repetition, and the element, a struct unless there is one field only. */
function list(name: string, fields: readonly SchemaElement[]): SchemaElement[] {
  const element: SchemaElement[] =
    fields.length === 1
      ? []
      : [{ name: 'element', repetition_type: 'OPTIONAL', num_children: fields.length }];
  return [
    { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    ...element,
    ...fields,
  ];
}
