// The licences of the packages whose code is in a bundle: most ask that their text goes wherever their code goes.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Up to and with the package's own folder; the last one, where packages lie in packages. */
const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LICENSE_FILE = /^(licen[cs]e|copying|notice)(\.|$|-)/i;

/**
 * One text; equal licences once, with the names of all who have them.
 * @param inputs paths of the bundled files, from `root`
 * @throws Error for a package that names no licence at all
 */
export async function licensesOf(inputs: readonly string[], root: string): Promise<string> {
  const folders = new Set(inputs.flatMap((path) => PACKAGE.exec(path)?.[1] ?? []));
  const holders = new Map<string, string[]>();
  for (const folder of [...folders].sort()) {
    const { name, text } = await licenseOf(join(root, folder));
    holders.set(text, [...(holders.get(text) ?? []), name]);
  }
  return [...holders]
    .map(([text, names]) => `${names.join('\n')}\n\n${text}\n`)
    .join(`\n${'='.repeat(72)}\n\n`);
}

async function licenseOf(folder: string): Promise<{ name: string; text: string }> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    readonly name?: string;
    readonly version?: string;
    readonly license?: string;
  };
  const name = `${manifest.name} ${manifest.version}`;
  const files = (await readdir(folder)).filter((file) => LICENSE_FILE.test(file)).sort();
  const texts = await Promise.all(files.map(async (file) => await readFile(join(folder, file), 'utf8')));
  const text = texts.map((one) => one.trim().replaceAll('\r\n', '\n')).join('\n\n');
  if (text === '' && manifest.license === undefined) throw new Error(`${name} has no licence`);
  return { name, text: text === '' ? `License: ${manifest.license}` : text };
}
