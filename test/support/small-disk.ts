// A file system of a few kilobytes, mounted on a folder of the test. Needs root on Linux; never stays mounted.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk extends AsyncDisposable {
  resize(sizeOctets: number): void;
  makeReadOnly(): void;
  makeWritable(): void;
}

/** For `{ skip }`: `false` where this process may mount, else the reason. */
export function mountSkip(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'mounting a small disk needs root on Linux';
  const folder = mkdtempSync(join(tmpdir(), 'mailferry-mount-'));
  try {
    mount('-t', 'tmpfs', '-o', 'size=64k', 'mailferry-test', folder);
    execFileSync('/bin/umount', [folder], { stdio: 'pipe' });
    return false;
  } catch (error) {
    return `this machine does not let root mount a small disk: ${String(error).split('\n')[0]}`;
  } finally {
    rmdirSync(folder);
  }
}

/** Mount on `folder`, made if absent. */
export function mountSmallDisk(folder: string, sizeOctets: number): SmallDisk {
  mkdirSync(folder, { recursive: true });
  mount('-t', 'tmpfs', '-o', `size=${sizeOctets},mode=755`, 'mailferry-test', folder);
  const unmount = (): void => {
    process.removeListener('exit', unmount);
    execFileSync('/bin/umount', ['-l', folder], { stdio: 'pipe' });
  };
  process.once('exit', unmount);
  return {
    resize: (octets) => mount('-o', `remount,size=${octets}`, folder),
    makeReadOnly: () => mount('-o', 'remount,ro', folder),
    makeWritable: () => mount('-o', 'remount,rw', folder),
    [Symbol.asyncDispose]: async () => unmount(),
  };
}

function mount(...args: string[]): void {
  execFileSync('/bin/mount', args, { stdio: 'pipe' });
}
