// Puts the parts together for an export: the archive, wherever it is, only read; and what is written, on this machine.

import { sep } from 'node:path';
import { createNewFile } from '../../adapters/new-file.ts';
import { openOutputFolder } from '../../adapters/new-files.ts';
import type { Config } from '../../config/config.ts';
import { MailferryError } from '../../core/errors.ts';
import type { ExportTarget } from '../../export/export-target.ts';
import { emlTarget, maildirTarget } from '../../export/folder-targets.ts';
import { mboxTarget } from '../../export/mbox-target.ts';
import type { BlobStore } from '../../ports/storage.ts';
import type { ExportPlace } from '../export-options.ts';
import { Closers } from './closers.ts';
import { openBlobs } from './open-blobs.ts';

export interface OpenExport {
  readonly blobs: BlobStore;
  readonly target: ExportTarget;
  /**
   * Makes durable what was written.
   * @param isWhole no account broke off
   * @returns `false`: nothing is left, because half of it would look like all
   * @throws EXPORT_EXISTS, EXPORT_UNWRITABLE
   */
  finish(isWhole: boolean): Promise<boolean>;
  close(): Promise<void>;
}

/** The caller closes it. @throws CONFIG_INVALID, EXPORT_EXISTS, EXPORT_UNWRITABLE */
export async function openExport(config: Config, place: ExportPlace): Promise<OpenExport> {
  refuseArchive(config, place.path);
  const closers = new Closers();
  try {
    const { blobs, close } = await openBlobs(config);
    closers.add(close);
    return {
      blobs,
      ...(await openTarget(place, closers)),
      close: async () => {
        await closers.close();
      },
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function openTarget(
  { form, path }: ExportPlace,
  closers: Closers,
): Promise<Pick<OpenExport, 'target' | 'finish'>> {
  if (form === 'mbox') {
    const file = await createNewFile(path);
    closers.add(async () => {
      await file.close();
    });
    const finish = async (isWhole: boolean): Promise<boolean> => {
      if (isWhole) await file.finish();
      return isWhole;
    };
    return { target: mboxTarget(file), finish };
  }
  const isMaildir = form === 'maildir';
  // What is temporary in a Maildir lies in `tmp` (maildir(5)).
  const folder = isMaildir
    ? await openOutputFolder(path, ['cur', 'new'], 'tmp')
    : await openOutputFolder(path, [], '.tmp');
  const finish = async (): Promise<boolean> => {
    await folder.finish();
    return true;
  };
  return { target: isMaildir ? maildirTarget(folder) : emlTarget(folder), finish };
}

/** What lies there is Mailferry's own, and an audit would wonder. */
function refuseArchive({ archive }: Config, path: string): void {
  if (archive.kind !== 'folder' || !`${path}${sep}`.startsWith(`${archive.path}${sep}`)) return;
  throw new MailferryError(`--to names ${path}, which is in the archive ${archive.path}`, {
    code: 'CONFIG_INVALID',
    scope: 'config',
    retryable: false,
    hint: 'export to a place beside it',
  });
}
