// Addresses that a mail server on the internet never has. A host name in a configuration that leads to one of them is a
// mistake, or an attempt to make us talk to a metadata service or an inner network (DNS rebinding included).

import { BlockList, isIP, SocketAddress } from 'node:net';

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
  // Ways to write an IPv4 address that no server of today is reached by: compatible, translated (SIIT), Teredo, 6to4.
  ['::', 96, 'ipv6'],
  ['::ffff:0:0:0', 96, 'ipv6'],
  ['2001::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
] as const;

const PRIVATE = new BlockList();
for (const [network, prefix, family] of RANGES) PRIVATE.addSubnet(network, prefix, family);

/** The prefix by which NAT64 reaches IPv4 servers from a network without IPv4 (RFC 6052): mail servers are there too. */
const NAT64 = new BlockList();
NAT64.addSubnet('64:ff9b::', 96, 'ipv6');

/** Whether an IP address lies in a loopback, private, link-local, metadata, multicast or reserved range. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (family === 4) return PRIVATE.check(address, 'ipv4');
  if (NAT64.check(address, 'ipv6')) return PRIVATE.check(embeddedIpv4(address), 'ipv4');
  // An IPv4 address in IPv6 clothes (::ffff:127.0.0.1) is checked against the IPv4 ranges by BlockList itself.
  return PRIVATE.check(address, 'ipv6');
}

/** The last 32 bits of an IPv6 address, in whatever form it is written. */
function embeddedIpv4(address: string): string {
  // In its one canonical form at most the last two groups can hold it, and they are missing only where they are zero.
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  const dotted = /(?:\d+\.){3}\d+$/.exec(canonical)?.[0];
  if (dotted !== undefined) return dotted;
  const tail = canonical.split('::').at(-1) ?? '';
  const groups = tail === '' ? [] : tail.split(':').map((group) => Number.parseInt(group, 16));
  const [high, low] = [groups.at(-2) ?? 0, groups.at(-1) ?? 0];
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}
