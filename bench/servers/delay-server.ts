// A way of a certain length to a server, as a process: `delay-server.ts SERVER_PORT ROUND_TRIP_MS`. It has neither slow start
// nor windows of its own, so it flatters who asks for much at once; for one command at a time it is like a long line.

import { startDelayProxy } from '../../test/support/delay-proxy.ts';
import { serveUntilTold } from './serve-until-told.ts';

const [port, roundTripMs] = process.argv.slice(2).map(Number);
if (port === undefined || roundTripMs === undefined) throw new Error('expected SERVER_PORT ROUND_TRIP_MS');
await serveUntilTold(await startDelayProxy({ port, roundTripMs: () => roundTripMs }));
