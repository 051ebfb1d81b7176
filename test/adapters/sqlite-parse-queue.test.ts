// The parse queue of one machine keeps the promises of its port, and jobs outlive the process that enqueued them.

import { join } from 'node:path';
import { openSqliteDatabase } from '../../lib/adapters/sqlite-database.ts';
import { SqliteParseQueue } from '../../lib/adapters/sqlite-parse-queue.ts';
import { testJobQueueContract } from '../contract/job-queue-contract.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

testJobQueueContract('sqlite', async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'ledger.db');
  const database = openSqliteDatabase(path);
  return {
    queue: new SqliteParseQueue(database, path),
    waiting: async () => {
      const later = openSqliteDatabase(path);
      try {
        return new SqliteParseQueue(later, path).pending();
      } finally {
        later.close();
      }
    },
    [Symbol.asyncDispose]: async () => {
      database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
});
