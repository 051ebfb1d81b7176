// A SOCKS5 and an HTTP CONNECT proxy on loopback, which note what they are asked for and can be told to refuse. Every name
// leads to 127.0.0.1. The one for SOCKS5 is written from RFC 1928 and RFC 1929.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { listenOn, startLoopback } from './loopback-server.ts';
import type { LoopbackServer } from './loopback-server.ts';
import { readOctets } from './octet-reader.ts';

export interface TestProxy extends LoopbackServer {
  /** `host:port` of each request, as the client wrote it. */
  readonly asked: readonly string[];
}

export interface ProxyBehaviour {
  /** Who may use it; without it everybody, and nobody is asked. */
  readonly login?: { readonly user: string; readonly password: string };
  /** A reply of RFC 1928 section 6 other than 0, or a status of HTTP other than 200. */
  readonly refusal?: number;
  /** Answer only when the server has spoken, and send both in one write. */
  readonly withGreeting?: boolean;
  /** So many octets of the answer a write. */
  readonly answerOctets?: number;
}

export async function startSocksProxy(behaviour: ProxyBehaviour = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const proxy = await startLoopback((client) => {
    client.setNoDelay(true);
    // A client that leaves ends the conversation, and breaks nothing.
    serveSocks(client, behaviour, asked).catch(() => client.destroy());
  });
  return { ...proxy, asked };
}

async function serveSocks(client: Socket, behaviour: ProxyBehaviour, asked: string[]): Promise<void> {
  const { login, refusal } = behaviour;
  const [version, methods = 0] = await readOctets(client, 2);
  const offered = await readOctets(client, methods);
  const method = login ? 2 : 0;
  if (version !== 5 || !offered.includes(method)) return void client.end(Buffer.of(5, 0xff));
  client.write(Buffer.of(5, method));
  if (login) {
    await readOctets(client, 1);
    const user = await readText(client);
    const isRight = (await readText(client)) === login.password && user === login.user;
    client.write(Buffer.of(1, isRight ? 0 : 1));
    if (!isRight) return void client.end();
  }
  const [, , , type] = await readOctets(client, 4);
  const host =
    type === 3 ? await readText(client) : (await readOctets(client, type === 4 ? 16 : 4)).join('.');
  const port = (await readOctets(client, 2)).readUInt16BE();
  asked.push(`${host}:${port}`);
  const answer = Buffer.of(5, refusal ?? 0, 0, 1, 0, 0, 0, 0, 0, 0);
  if (refusal !== undefined) return void client.end(answer);
  await relay(client, port, answer, behaviour);
}

async function readText(client: Socket): Promise<string> {
  const [length = 0] = await readOctets(client, 1);
  return (await readOctets(client, length)).toString('utf8');
}

export async function startConnectProxy(behaviour: ProxyBehaviour = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const { login, refusal } = behaviour;
  const expected = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
  const server = createServer().on('connect', (request, client: Socket) => {
    client.setNoDelay(true);
    const isLoggedIn = expected === undefined || request.headers['proxy-authorization'] === expected;
    const status = isLoggedIn ? (refusal ?? 200) : 407;
    if (isLoggedIn) asked.push(request.url ?? '');
    const answer = Buffer.from(`HTTP/1.1 ${status} so\r\nX-Proxy: test\r\n\r\n`);
    if (status !== 200) return void client.end(answer);
    const port = Number(/:(\d+)$/.exec(request.url ?? '')?.[1]);
    relay(client, port, answer, behaviour).catch(() => client.destroy());
  });
  const proxy = await listenOn(server);
  return { ...proxy, asked };
}

async function relay(
  client: Socket,
  port: number,
  answer: Buffer,
  { withGreeting = false, answerOctets = answer.length }: ProxyBehaviour,
): Promise<void> {
  const server = connect({ host: '127.0.0.1', port });
  server.on('error', () => client.destroy());
  client.once('close', () => server.destroy());
  await once(server, 'connect');
  const greeting = withGreeting ? ((await once(server, 'data')) as [Buffer])[0] : Buffer.alloc(0);
  server.pause();
  for (let at = 0; at < answer.length; at += answerOctets) {
    const piece = answer.subarray(at, at + answerOctets);
    const isLast = at + answerOctets >= answer.length;
    await new Promise((resolve) => client.write(isLast ? Buffer.concat([piece, greeting]) : piece, resolve));
  }
  client.pipe(server);
  server.pipe(client);
}
