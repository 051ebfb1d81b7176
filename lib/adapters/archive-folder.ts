// The folder an archive lives in: made when first used, swept of what dead processes left.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeAbandoned } from '../spool/remove-abandoned.ts';
import { writeError } from './folder-errors.ts';

/** Every temporary file of an archive lies here, on the same filesystem as the objects it becomes. */
export const TEMP_FOLDER = '.tmp';

/**
 * @param folder absolute path
 * @returns the folder for temporary files
 * @throws ARCHIVE_UNWRITABLE, ARCHIVE_FULL
 */
export async function openArchiveFolder(folder: string): Promise<string> {
  const temporary = join(folder, TEMP_FOLDER);
  try {
    await mkdir(temporary, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw writeError(error, 'the folder for temporary files', folder);
  }
  await removeAbandoned(temporary);
  return temporary;
}
