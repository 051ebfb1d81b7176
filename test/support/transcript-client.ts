// The client of a transcript: does one step in a session and puts what came of it into words.

import assert from 'node:assert/strict';
import { nodeLoginTools } from '../../lib/adapters/node-login-tools.ts';
import type { Account, AccountId } from '../../lib/core/account.ts';
import { MailferryError } from '../../lib/core/errors.ts';
import { PIPELINED } from '../../lib/core/pop3/retrieval-window.ts';
import { Secret } from '../../lib/core/secret.ts';
import type { Access } from '../../lib/ports/access.ts';
import type { Dialer } from '../../lib/ports/pop3.ts';
import { openSession } from '../../lib/session/open-session.ts';
import type { Pop3Session } from '../../lib/session/pop3-session.ts';
import { passwordAuth, STRAIGHT_WAY } from './account-defaults.ts';
import { collect } from './memory-blob-store.ts';
import type { Transcript } from './transcript.ts';
import {
  checkError,
  checkOutcome,
  describeCapabilities,
  describeList,
  describeUidl,
} from './transcript-outcome.ts';
import type { Outcome } from './transcript-outcome.ts';
import type { TranscriptStep } from './transcript-step.ts';

/** What this client can do beyond RFC 1939; a transcript that needs more is counted, and not replayed. */
export const SUPPORTED_NEEDS: readonly string[] = ['lang', 'pipelining', 'sasl', 'utf8'];

/** What a transcript may name at all. */
export const KNOWN_NEEDS: readonly string[] = [...SUPPORTED_NEEDS];

export class TranscriptClient {
  readonly #transcript: Transcript;
  readonly #dialer: Dialer;
  #session: Pop3Session | undefined;

  constructor(transcript: Transcript, dialer: Dialer) {
    this.#transcript = transcript;
    this.#dialer = dialer;
  }

  /** Does the step; throws an AssertionError unless what came of it is what the transcript says. */
  async perform(step: TranscriptStep): Promise<void> {
    let outcome: Outcome;
    try {
      outcome = await this.#do(step);
    } catch (error) {
      if (!(error instanceof MailferryError)) throw error;
      checkError(step, error);
      this.#checkKeepsSecrets(error);
      return;
    }
    checkOutcome(step.expected, outcome);
  }

  async #do({ verb, args }: TranscriptStep): Promise<Outcome> {
    if (verb === 'open') {
      this.#session = await open(this.#transcript, this.#dialer);
      return 'ok';
    }
    assert.ok(this.#session, 'the first step is "open"');
    if (verb === 'lang') return (await this.#session.lang(args[0])).join('; ') || 'ok';
    const perform = VERBS[verb];
    assert.ok(perform, `no such step: "${verb}"`);
    return await perform(this.#session, args.map(Number), this.#transcript);
  }

  /** No error ever shows what was secret, in the clear or in base64. */
  #checkKeepsSecrets(error: MailferryError): void {
    const { password, token } = this.#transcript;
    const shown = `${error.message}\n${error.hint ?? ''}\n${error.stack ?? ''}\n${String(error.cause)}`;
    for (const secret of [token ?? password]) {
      for (const form of [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')]) {
        assert.ok(!shown.includes(form), `the error shows the secret: ${error.message}`);
      }
    }
  }
}

type Verb = (session: Pop3Session, numbers: readonly number[], transcript: Transcript) => Promise<Outcome>;

const VERBS: Readonly<Record<string, Verb>> = {
  capa: async (session) => describeCapabilities(await session.capabilities()),
  stat: async (session) => {
    const { messages, octets } = await session.stat();
    return `${messages} messages, ${octets ?? '?'} octets`;
  },
  list: async (session) => describeList(await session.list()),
  uidl: async (session) => describeUidl(await session.uidl()),
  retr: async (session, [messageNumber = 0]) => await collect(session.retrieve(messageNumber)),
  fetch: fetchEach,
  top: async (session, [messageNumber = 0, lines = 0]) => {
    const header = await session.top(messageNumber, lines);
    return header && (await collect(header));
  },
  dele: async (session, [messageNumber = 0]) => await ok(session.dele(messageNumber)),
  noop: async (session) => await ok(session.noop()),
  rset: async (session) => await ok(session.rset()),
  quit: async (session) => await ok(session.quit()),
  drop: async (session) => {
    session.drop();
    return 'ok';
  },
};

async function ok(done: Promise<void>): Promise<string> {
  await done;
  return 'ok';
}

/** Several messages asked for ahead; of one that is refused, the code. */
async function fetchEach(
  session: Pop3Session,
  numbers: readonly number[],
  { window }: Transcript,
): Promise<Outcome> {
  const requests = numbers.map((messageNumber) => ({ messageNumber, octets: undefined }));
  const limits = { ...PIPELINED, messages: window ?? PIPELINED.messages };
  const bodies: (string | Buffer)[] = [];
  for await (const retrieval of session.retrieveEach(requests, limits)) {
    try {
      bodies.push(await collect(retrieval.read()));
    } catch (error) {
      if (!(error instanceof MailferryError) || error.scope !== 'message') throw error;
      bodies.push(error.code);
    }
  }
  return bodies;
}

async function open(transcript: Transcript, dialer: Dialer): Promise<Pop3Session> {
  const { nonce } = transcript;
  const login = nonce === undefined ? nodeLoginTools : { ...nodeLoginTools, newNonce: () => nonce };
  const { signal } = new AbortController();
  return await openSession(accountOf(transcript), accessOf(transcript), { dialer, login }, signal);
}

function accessOf({ password, token }: Transcript): Access {
  return {
    credential:
      token === undefined
        ? { kind: 'password', password: new Secret(password) }
        : { kind: 'access-token', token: new Secret(token) },
    clientCertificate: undefined,
    proxyPassword: undefined,
  };
}

function accountOf({ tls, user, method }: Transcript): Account {
  return {
    id: 'ann' as AccountId,
    host: 'pop.example.org',
    port: tls === 'implicit' ? 995 : 110,
    tls,
    caFile: undefined,
    caPem: undefined,
    ...STRAIGHT_WAY,
    allowPrivateNetwork: false,
    user,
    auth: { ...passwordAuth('env', 'UNUSED'), method },
    onServer: 'keep',
    pauseDeletions: false,
    limits: { messageOctets: undefined, runMessages: undefined, runOctets: undefined, deletionsPerRun: 1000 },
    schedule: { everyMinutes: 15 },
    paused: false,
  };
}
