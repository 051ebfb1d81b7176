// From a host name to the addresses that may be connected to. The caller connects to these very addresses and asks no second
// time, so a name cannot change its mind in between (DNS rebinding).

import { ADDRCONFIG, promises as dns } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { hostUnknown, addressNotAllowed } from './dial-errors.ts';
import type { Peer } from './dial-errors.ts';
import { isPrivateAddress } from './private-addresses.ts';

/** All addresses of a name, best first. Fails as node:dns does. */
export type LookUp = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The machine's own way, /etc/hosts included; no IPv6 address where the machine has none. */
export const systemLookUp: LookUp = async (hostname) =>
  await dns.lookup(hostname, { all: true, hints: ADDRCONFIG });

/**
 * At least one address. One private address among them is enough to refuse them all: no server has both kinds.
 * @throws HOST_UNKNOWN, ADDRESS_NOT_ALLOWED
 */
export async function resolveHost(
  peer: Peer,
  allowPrivateNetwork: boolean,
  lookUp: LookUp,
): Promise<readonly LookupAddress[]> {
  const { host } = peer;
  const family = isIP(host);
  const addresses = family === 0 ? await lookUpHost(peer, lookUp) : [{ address: host, family }];
  if (allowPrivateNetwork) return addresses;
  const refused = addresses.find(({ address }) => isPrivateAddress(address));
  if (refused) throw addressNotAllowed(peer, refused.address);
  return addresses;
}

/**
 * For a name that a proxy will resolve: refuses what can be seen without resolving it. What the name leads to in the
 * proxy's network is for the proxy to judge; into our own network it cannot lead.
 * @throws ADDRESS_NOT_ALLOWED
 */
export function refuseVisiblyPrivate(peer: Peer, allowPrivateNetwork: boolean): void {
  if (allowPrivateNetwork) return;
  const { host } = peer;
  // Also sees through 127.1 and 0x7f000001, as resolvers do.
  const name = isIP(host) === 0 ? domainToASCII(host) || host : host;
  if (isPrivateAddress(name)) throw addressNotAllowed(peer, name);
  if (/(?:^|\.)localhost\.?$/i.test(name)) throw addressNotAllowed(peer, 'the proxy itself');
}

async function lookUpHost(peer: Peer, lookUp: LookUp): Promise<readonly LookupAddress[]> {
  let addresses: readonly LookupAddress[];
  try {
    addresses = await lookUp(peer.host);
  } catch (error) {
    throw hostUnknown(peer, error);
  }
  if (addresses.length === 0) throw hostUnknown(peer, undefined);
  return addresses;
}
