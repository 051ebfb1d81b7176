// What a session that changes nothing must get right: the ways in, the listings, every octet of every message.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { LOGIN_METHODS } from '../../../lib/core/account.ts';
import type { LoginMethod, TlsMode } from '../../../lib/core/account.ts';
import { PIPELINED } from '../../../lib/core/pop3/retrieval-window.ts';
import type { Pop3Session } from '../../../lib/session/pop3-session.ts';
import type { ServerOffers } from '../../support/servers/real-server.ts';
import type { Feature, Subject } from './feature.ts';
import { inSession } from './server-session.ts';

export const READING_FEATURES: readonly Feature[] = [
  wayIn('plain', 'none', () => true),
  wayIn('TLS', 'implicit', ({ implicitTls }) => implicitTls),
  wayIn('STLS', 'starttls', ({ starttls }) => starttls),
  ...LOGIN_METHODS.map(login),
  { name: 'UIDL', applies: () => true, check: checkUidls },
  { name: 'LIST', applies: () => true, check: checkSizes },
  { name: 'RETR', applies: () => true, check: checkEveryMessage },
  { name: 'pipelined RETR', applies: () => true, check: checkPipelined },
  { name: 'TOP', applies: () => true, check: checkHeaders },
];

function wayIn(name: string, tls: TlsMode, applies: Feature['applies']): Feature {
  return {
    name,
    applies,
    check: async ({ server, reader }) =>
      await inSession(server, { user: reader.user, tls }, async (session) => {
        assert.notEqual((await session.list())?.length ?? 0, 0);
        await session.quit();
        return undefined;
      }),
  };
}

/** Over TLS where there is any. */
function login(method: LoginMethod): Feature {
  return {
    name: method,
    applies: ({ logins }) => logins.includes(method),
    check: async ({ offers, server, reader }) => {
      const how = { user: reader.user, method, tls: bestTls(offers) };
      await inSession(server, how, async (session) => {
        assert.notEqual((await session.list())?.length ?? 0, 0);
        await session.quit();
      });
      return undefined;
    },
  };
}

export function bestTls({ implicitTls }: ServerOffers): TlsMode {
  return implicitTls ? 'implicit' : 'none';
}

async function checkUidls({ offers, server, reader }: Subject): Promise<string | undefined> {
  const rows = await inSession(server, reader, (session) => session.uidl());
  assert.ok(rows, 'UIDL was refused');
  const ours = rows.map(({ uidl }) => uidl ?? '');
  const theirs = reader.opinion.map(({ uidl }) => uidl);
  if (offers.uidls === 'growing')
    assert.deepEqual(
      theirs.filter((uidl) => !ours.includes(uidl as never)),
      [],
    );
  else assert.deepEqual(ours.sort(), theirs.sort());
  const distinct = new Set(ours).size;
  return distinct === ours.length ? undefined : `${distinct} UIDLs for ${ours.length} messages`;
}

async function checkSizes({ server, reader }: Subject): Promise<string | undefined> {
  return await inSession(server, reader, async (session) => {
    const listed = await session.list();
    const uidls = new Map((await session.uidl())?.map(({ messageNumber, uidl }) => [messageNumber, uidl]));
    assert.equal(listed?.length, uidls.size);
    const sizes = new Set(reader.opinion.map(({ uidl, size }) => `${uidl} ${size}`));
    const wrong = listed.filter(
      ({ messageNumber, octets }) => !sizes.has(`${uidls.get(messageNumber)} ${octets}`),
    );
    return wrong.length === 0
      ? undefined
      : `${wrong.length} of ${listed.length} sizes are not those of the octets sent`;
  });
}

/** Every octet of every message, against what the independent client had in a session of its own. */
async function checkEveryMessage(subject: Subject): Promise<string | undefined> {
  await inSession(subject.server, subject.reader, async (session) => {
    const found: string[] = [];
    for (const { messageNumber, uidl } of (await session.uidl()) ?? [])
      found.push(`${uidl} ${sha256(await buffer(session.retrieve(messageNumber)))}`);
    await session.quit();
    assertAsTheOther(subject, found);
  });
  const reasons = Map.groupBy(Object.entries(subject.leftOut), ([, reason]) => reason);
  return (
    [...reasons].map(([reason, names]) => `without ${nameAll(names)}: ${reason}`).join('; ') || undefined
  );
}

function nameAll(messages: readonly (readonly [string, string])[]): string {
  return messages.length > 5 ? 'all odd messages' : messages.map(([name]) => name).join(', ');
}

/** The same with many under way at once; whether or not the server says that it can take them. */
async function checkPipelined(subject: Subject): Promise<string | undefined> {
  const { offers, server, reader } = subject;
  return await inSession(server, reader, async (session) => {
    const isAnnounced = (await session.capabilities())?.has('PIPELINING') === true;
    assert.equal(isAnnounced, offers.announcesPipelining);
    const uidls = new Map((await session.uidl())?.map(({ messageNumber, uidl }) => [messageNumber, uidl]));
    const found: string[] = [];
    for await (const retrieval of session.retrieveEach((await session.list()) ?? [], PIPELINED))
      found.push(`${uidls.get(retrieval.request.messageNumber)} ${sha256(await buffer(retrieval.read()))}`);
    await session.quit();
    assertAsTheOther(subject, found);
    return isAnnounced ? undefined : 'works, and is not announced';
  });
}

function assertAsTheOther({ offers, reader }: Subject, ours: readonly string[]): void {
  const theirs = reader.opinion.map(({ uidl, sha256 }) => `${uidl} ${sha256}`);
  const compared = offers.uidls === 'growing' ? ours.filter((pair) => theirs.includes(pair)) : ours;
  assert.deepEqual(compared.toSorted(), theirs.toSorted());
}

/** The header of one ordinary message. */
async function checkHeaders({ server, reader }: Subject): Promise<string | undefined> {
  return await inSession(server, reader, async (session) => {
    for (const { messageNumber, octets = 0 } of (await session.list()) ?? []) {
      if (octets < ORDINARY_OCTETS.from || octets > ORDINARY_OCTETS.to) continue;
      const whole = await buffer(session.retrieve(messageNumber));
      // Not one that the server has made over: without an empty line there is no header.
      if (!whole.includes('Message-ID: <letter-') || !whole.includes('\r\n\r\n')) continue;
      return compareHeader(await headerOf(session, messageNumber), whole);
    }
    throw new Error('no ordinary message was found');
  });
}

const ORDINARY_OCTETS = { from: 200, to: 400 };

async function headerOf(session: Pop3Session, messageNumber: number): Promise<Buffer> {
  const header = await session.top(messageNumber, 0);
  assert.ok(header, 'TOP was refused');
  return await buffer(header);
}

/** Servers differ in how many lines they add; the header itself must be the message's. */
function compareHeader(header: Buffer, whole: Buffer): string | undefined {
  const end = whole.indexOf('\r\n\r\n') + 4;
  assert.equal(header.subarray(0, end).toString('latin1'), whole.subarray(0, end).toString('latin1'));
  return header.length === end ? undefined : `${header.length - end} octets more than the header`;
}

function sha256(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}
