// A TCP connection to one of several addresses of a host, whichever answers.

import { connect } from 'node:net';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction, Socket } from 'node:net';
import type { DialDeadline } from './dial-deadline.ts';
import { connectError } from './dial-errors.ts';
import type { Peer } from './dial-errors.ts';

const KEEP_ALIVE_DELAY_MS = 60_000;

/**
 * How long one address may take, in milliseconds, while others are left. Node gives up on an address when it goes on to the
 * next, and its default of 250 would give up on every server that is far away; this leaves time for one SYN sent again.
 */
export const ADDRESS_ATTEMPT_MS = 2_500;

/**
 * Tries the addresses in turn, IPv6 and IPv4 alternating (RFC 8305); the last one has all the time that is left.
 * @param addresses the only ones that are connected to
 * @throws CONNECT_FAILED that tells what became of each address
 */
export async function connectTcp(
  peer: Peer,
  addresses: readonly LookupAddress[],
  attemptMs: number,
  deadline: DialDeadline,
): Promise<Socket> {
  const socket = deadline.entrust(
    connect({
      host: peer.host,
      port: peer.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: attemptMs,
      lookup: lookupOf(addresses),
    }),
  );
  // Errors are reported by what they fail; without a listener one that comes between two steps would end the process.
  socket.on('error', () => {});
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
      socket.once('close', () => {
        reject(new Error('closed before it was open'));
      });
    });
    return socket;
  } catch (error) {
    socket.destroy();
    throw connectError(error, peer);
  }
}

/** Node asks for the addresses of a name once more; it gets those that were checked. */
function lookupOf(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses;
    if (options.all || !first) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}
