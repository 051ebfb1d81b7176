// What every AccountDirectory promises, whatever it is made of. Never looks behind the port.

import { testApply } from './account-directory-apply-contract.ts';
import { testDispatch } from './account-directory-dispatch-contract.ts';
import { testDrains } from './account-directory-drain-contract.ts';
import { testFreshStart } from './account-directory-fresh-start-contract.ts';
import { testRetries } from './account-directory-retry-contract.ts';
import { directoryCheck, type OpenDirectory } from './account-directory-under-test.ts';

/** @param name of the adapter, for the titles of the tests */
export function testAccountDirectoryContract(name: string, open: OpenDirectory): void {
  const check = directoryCheck(name, open);
  testApply(check);
  testFreshStart(check);
  testDispatch(check);
  testRetries(check);
  testDrains(check);
}
