// Which messages the ledger has a stored record of, so that none of them is touched: a record committed again would lose its
// mark.

import type { AccountId } from '../core/account.ts';
import type { Sha256 } from '../core/record.ts';
import { NO_UIDL } from '../core/uidl.ts';
import type { Uidl } from '../core/uidl.ts';
import type { Ledger } from '../ports.ts';

export class KnownRecords {
  readonly #account: AccountId;
  readonly #ledger: Ledger;
  /** Of all stored records, whatever their UIDL: about 100 octets each. */
  readonly #contents = new Set<Sha256>();
  /** Of those without UIDL: there may be so many that they cannot be asked for again and again. */
  readonly #nameless = new Set<Sha256>();

  constructor(account: AccountId, ledger: Ledger) {
    this.#account = account;
    this.#ledger = ledger;
  }

  /** First of all. @throws LEDGER_FAILED */
  async read(): Promise<void> {
    for await (const record of this.#ledger.records(this.#account)) {
      if (record.state !== 'stored') continue;
      this.#contents.add(record.sha256);
      if (record.uidl === NO_UIDL) this.#nameless.add(record.sha256);
    }
  }

  /** @param uidl `undefined` if it is not known: then any record of these octets will do. @throws LEDGER_FAILED */
  async has(uidl: Uidl | undefined, sha256: Sha256): Promise<boolean> {
    if (!this.#contents.has(sha256)) return false;
    if (uidl === undefined) return true;
    if (uidl === NO_UIDL) return this.#nameless.has(sha256);
    const records = (await this.#ledger.find(this.#account, [uidl])).get(uidl) ?? [];
    return records.some((record) => record.state === 'stored' && record.sha256 === sha256);
  }
}
