// Makes the names in folders durable. Whoever asks while a sync is under way shares the next one with all who ask meanwhile: the
// one under way may have begun before his name was given.

import { syncFolder } from './durable-names.ts';

interface Syncs {
  current: Promise<void>;
  next: Promise<void> | undefined;
}

export class FolderSyncs {
  readonly #byFolder = new Map<string, Syncs>();
  readonly #sync: (folder: string) => Promise<void>;

  /** @param sync another one than the disk's, for tests */
  constructor(sync: (folder: string) => Promise<void> = syncFolder) {
    this.#sync = sync;
  }

  /** Every name that the folder had when this was called is durable when it resolves. */
  async sync(folder: string): Promise<void> {
    const syncs = this.#byFolder.get(folder);
    if (syncs === undefined) await this.#begin(folder);
    else await (syncs.next ??= this.#afterwards(folder, syncs));
  }

  async #begin(folder: string): Promise<void> {
    const syncs: Syncs = { current: this.#sync(folder), next: undefined };
    this.#byFolder.set(folder, syncs);
    try {
      await syncs.current;
    } finally {
      if (syncs.next === undefined) this.#byFolder.delete(folder);
    }
  }

  /** A sync that failed is no reason for the next to fail. */
  async #afterwards(folder: string, { current }: Syncs): Promise<void> {
    await current.catch(() => undefined);
    await this.#begin(folder);
  }
}
