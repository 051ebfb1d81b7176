// What every Ledger promises, whatever it is made of. Never looks behind the port.

import { testCommits } from './ledger-commit-contract.ts';
import { testMarks } from './ledger-mark-contract.ts';
import { testReading } from './ledger-read-contract.ts';
import { testRuns } from './ledger-run-contract.ts';
import { testState } from './ledger-state-contract.ts';
import { ledgerCheck, type OpenLedger } from './ledger-under-test.ts';

/** @param name of the adapter, for the titles of the tests */
export function testLedgerContract(name: string, open: OpenLedger): void {
  const check = ledgerCheck(name, open);
  testReading(check);
  testCommits(check);
  testMarks(check);
  testState(check);
  testRuns(check);
}
