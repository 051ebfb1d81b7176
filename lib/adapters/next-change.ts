// Waiting for a socket that is read only when somebody asks for octets. Leaves no listener behind.

import type { Socket } from 'node:net';

const CHANGES = ['readable', 'end', 'error', 'close'] as const;

/** Resolves when the socket has something new to say: octets, its end, or what broke it. */
export async function nextChange(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const onChange = (): void => {
      for (const event of CHANGES) socket.off(event, onChange);
      resolve();
    };
    for (const event of CHANGES) socket.on(event, onChange);
  });
}
