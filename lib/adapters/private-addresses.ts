// Addresses that a mail server on the internet never has. A host name in a configuration that leads to one of them is a
// mistake, or an attempt to make us talk to a metadata service or an inner network (DNS rebinding included).

import { BlockList, isIP } from 'node:net';

/** IANA special-purpose address registries (RFC 6890). fc00::/7 holds the AWS metadata service's IPv6 address too. */
const RANGES = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
] as const;

const PRIVATE = new BlockList();
for (const [network, prefix, family] of RANGES) PRIVATE.addSubnet(network, prefix, family);

/** Whether an IP address lies in a loopback, private, link-local, metadata, multicast or reserved range. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  // An IPv4 address in IPv6 clothes (::ffff:127.0.0.1) is checked against the IPv4 ranges by BlockList itself.
  return family !== 0 && PRIVATE.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
