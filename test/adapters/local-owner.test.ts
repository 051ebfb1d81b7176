// Only of an owner that was a process of this very machine, and has ended, is it said that it is dead.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { isDeadOwner, localOwnerName } from '../../lib/adapters/local-owner.ts';

const [host = '', pid = ''] = localOwnerName().split('/');
/** Of a process that has certainly ended. */
const deadPid = spawnSync(process.execPath, ['--version']).pid;

test('an owner is named by host and process', () => {
  assert.match(localOwnerName(), /^[A-Za-z0-9._-]+\/\d+$/);
  assert.equal(pid, String(process.pid));
});

test('a process of this host that has ended is dead', () => {
  assert.equal(isDeadOwner(`${host}/${deadPid}/01JH0000000000000000000001`), true);
  assert.equal(isDeadOwner(`${host}/${deadPid}/any/run`), true);
});

test('a living process is not, whoever started it', () => {
  for (const living of [process.pid, process.ppid, 1])
    assert.equal(isDeadOwner(`${host}/${living}/run`), false);
});

test('of a process elsewhere nothing is known', () => {
  for (const elsewhere of ['elsewhere', `${host}x`, `x${host}`, `${host}.pids-1`, host.slice(0, -1)])
    assert.equal(isDeadOwner(`${elsewhere}/${deadPid}/run`), false);
});

test('what names no process is alive', () => {
  for (const owner of [
    '',
    'run',
    `${host}/run`,
    `${host}//run`,
    `${host}/${deadPid}`,
    `${host}/-${deadPid}/run`,
  ])
    assert.equal(isDeadOwner(owner), false);
  for (const impossible of ['0', '4294967295', '9999999999', '99999999999'])
    assert.equal(typeof isDeadOwner(`${host}/${impossible}/run`), 'boolean');
  assert.equal(isDeadOwner(`${host}/0/run`), false);
});
