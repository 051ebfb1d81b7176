// Any port, with each of its calls a step of a process: which may die there, before the call has its effect or after.

import type { Connection } from '../../../lib/ports/pop3.ts';
import type { Process } from '../../crash/model/process.ts';

type Method = (...args: unknown[]) => unknown;

/** Methods that are called and not awaited. */
const AT_ONCE = ['close'];
/** Methods that return what is iterated over. */
const ITERATED = ['records', 'list', 'inSlot', 'retriesDue'];

export function stepped<Port extends object>(name: string, port: Port, process: Process): Port {
  return new Proxy(port, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function' || typeof key !== 'string') return member;
      const method = (member as Method).bind(target);
      if (AT_ONCE.includes(key)) return method;
      const call = `${name}.${key}`;
      if (ITERATED.includes(key)) {
        return (...args: unknown[]) => steppedItems(call, method(...args) as AsyncIterable<unknown>, process);
      }
      return async (...args: unknown[]) => await process.step(call, async () => await method(...args));
    },
  });
}

/** Its steps are called by what it sends or awaits: `write RETR`. */
export function steppedConnection(connection: Connection, process: Process): Connection {
  let verb = 'greeting';
  return {
    read: async () => await process.step(`read ${verb}`, async () => await connection.read()),
    tls: undefined,
    get bufferedOctets() {
      return connection.bufferedOctets;
    },
    write: async (octets) => {
      verb = /^[A-Z]+/.exec(Buffer.from(octets).toString('latin1'))?.[0] ?? '?';
      await process.step(`write ${verb}`, async () => await connection.write(octets));
    },
    startTls: async () => await connection.startTls(),
    close: (reason) => connection.close(reason),
  };
}

async function* steppedItems(call: string, items: AsyncIterable<unknown>, process: Process): AsyncGenerator {
  for await (const item of items) {
    await process.step(call, () => undefined);
    yield item;
  }
}
