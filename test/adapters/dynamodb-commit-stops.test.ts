// Committers that stop between two writes, and ones that lose what they have just read about.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { mainKey } from '../../lib/adapters/dynamodb-items.ts';
import { DynamodbLedger } from '../../lib/adapters/dynamodb-ledger.ts';
import type { AccountId } from '../../lib/core/account.ts';
import { uidlOf } from '../contract/sample-records.ts';
import { openTestClient, TABLE } from '../support/dynalite.ts';
import {
  assertHolds,
  commitScenarios,
  FAILED,
  foundIn,
  ONE,
  TWO,
} from '../support/dynamodb-commit-scenarios.ts';
import { INTERNAL_ERROR } from '../support/aws-fault.ts';
import { openDynamodbRig } from '../support/dynamodb-rig.ts';

test('a committer that stops before or after any request leaves nothing hidden, and is made good by the next', async (t) => {
  await using rig = await openDynamodbRig({ maxAttempts: 1 });
  using direct = rig.open({ direct: true });
  const [dying, living] = [new DynamodbLedger(rig.table, Date.now), new DynamodbLedger(direct, Date.now)];
  let stops = 0;
  const alone = [ONE, FAILED].map((mine) => [mine, mine] as const);
  for (const { account, before, mine } of commitScenarios(alone)) {
    for (const lastDeed of ['dropped', 'answer-lost'] as const) {
      for (let at = 1, stopped = true; stopped; at += 1) {
        const own = `${account}-${lastDeed}-${at}` as AccountId;
        for (const record of before) await living.commit(own, record);
        let requests = 0;
        rig.proxy.faultOf = () => {
          requests += 1;
          if (requests < at) return undefined;
          return requests === at ? lastDeed : INTERNAL_ERROR;
        };
        const outcome = await Promise.allSettled([dying.commit(own, mine)]);
        stopped = outcome[0].status === 'rejected';
        await foundIn(living, own, [mine]);
        await living.commit(own, mine);
        await assertHolds(living, own, [...before, mine]);
        stops += 1;
      }
    }
  }
  t.diagnostic(`${stops} stops`);
});

test('an item that somebody removes in the middle of a commit is written again', async () => {
  await using rig = await openDynamodbRig();
  const ledger = new DynamodbLedger(rig.table, Date.now);
  const client = openTestClient(rig.serverPort);
  try {
    for (const [at, mine] of [
      [2, ONE],
      [2, FAILED],
      [3, ONE],
      [3, TWO],
    ] as const) {
      const [account, record] = [`account-${at}-${mine.name}` as AccountId, mine(uidlOf('a uidl'))];
      rig.proxy.faultOf = () => undefined;
      await ledger.commit(account, ONE(record.uidl));
      const removal = new DeleteItemCommand({ TableName: TABLE, Key: { ...mainKey(account, record.uidl) } });
      let requests = 0;
      rig.proxy.faultOf = async () => {
        if ((requests += 1) === at) await client.send(removal);
        return undefined;
      };
      assert.deepEqual(await ledger.commit(account, record), { outcome: 'new', record });
      await assertHolds(ledger, account, [record]);
    }
  } finally {
    client.destroy();
  }
});
