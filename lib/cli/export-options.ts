// What `mailferry export` is told: where to and in which form, and from which day to which. Each refusal says what is allowed.

import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { ArchiveDate } from '../core/record.ts';

const FORMS = ['mbox', 'maildir', 'eml'] as const;

export interface ExportPlace {
  readonly form: (typeof FORMS)[number];
  /** Absolute. */
  readonly path: string;
}

/** @param text `mbox:FILE`, `maildir:DIR` or `eml:DIR`. @throws InvalidArgumentError */
export function parseExportPlace(text: string): ExportPlace {
  const form = FORMS.find((known) => text.startsWith(`${known}:`));
  const path = text.slice(text.indexOf(':') + 1);
  if (form === undefined || path === '')
    throw new InvalidArgumentError('expected mbox:FILE, maildir:DIR or eml:DIR.');
  return { form, path: resolve(path) };
}

/** @throws InvalidArgumentError */
export function parseDay(text: string): ArchiveDate {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(text))
    throw new InvalidArgumentError('expected a day, such as 2026-01-31.');
  return text as ArchiveDate;
}
