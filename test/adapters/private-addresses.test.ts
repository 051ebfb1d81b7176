// Both edges of every range that no mail server on the internet has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPrivateAddress } from '../../lib/adapters/private-addresses.ts';

const PRIVATE = [
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.1', '127.255.255.255'],
  ['169.254.0.0', '169.254.169.254', '169.254.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['224.0.0.1', '239.255.255.255', '240.0.0.0', '255.255.255.255'],
  ['::', '::1'],
  ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.1.2.3', '::ffff:169.254.169.254'],
  // What NAT64 turns into a private IPv4 address, however it is written.
  ['64:ff9b::127.0.0.1', '64:ff9b::7f00:1', '64:FF9B:0:0:0:0:7F00:0001', '64:ff9b::a9fe:a9fe'],
  ['64:ff9b::', '64:ff9b::1', '64:ff9b::10.0.0.1', '64:ff9b::192.168.255.255'],
  ['64:ff9b:1::1'],
  // Other ways to write an IPv4 address.
  ['::127.0.0.1', '::ffff:0:127.0.0.1', '2002:7f00:1::', '2001::1', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fc00::', 'fd00:ec2::254', 'fdff:ffff::1'],
  ['fe80::1', 'febf::1', 'fe80::1%lo'],
  ['ff02::1'],
].flat();

const PUBLIC = [
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2001:4860:4860::8888',
  '2606:4700::1111',
  '2001:1::1',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
  '64:ff9b::808:808',
  '64:ff9b::100:0',
  '64:ff9b:0:0:0:0:0808:0808',
];

for (const address of PRIVATE) {
  test(`${address} is private`, () => {
    assert.equal(isPrivateAddress(address), true);
  });
}

for (const address of PUBLIC) {
  test(`${address} is public`, () => {
    assert.equal(isPrivateAddress(address), false);
  });
}

test('a host name is no address', () => {
  for (const name of ['localhost', 'pop.example.com', '', '127.0.0.1.example.com'])
    assert.equal(isPrivateAddress(name), false);
});
