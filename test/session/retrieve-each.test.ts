// Many RETRs under way: every message under its own number, or none at all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailferryError } from '../../lib/core/errors.ts';
import { ONE_BY_ONE, PIPELINED } from '../../lib/core/pop3/retrieval-window.ts';
import type { WindowLimits } from '../../lib/core/pop3/retrieval-window.ts';
import type { Pop3Session } from '../../lib/session/pop3-session.ts';
import type { ScriptStep } from '../support/scripted-server.ts';
import { failure, inScript, inSession, startWith } from './session-under-test.ts';

const NUMBERS = [1, 2, 3] as const;

function requests(numbers: Iterable<number>): { messageNumber: number; octets: number }[] {
  return [...numbers].map((messageNumber) => ({ messageNumber, octets: 10 }));
}

/** What came under each number: the octets as text, or the code of the refusal. */
async function fetchAll(
  session: Pop3Session,
  numbers: Iterable<number> = NUMBERS,
  limits: WindowLimits = PIPELINED,
): Promise<Map<number, string>> {
  const came = new Map<number, string>();
  for await (const { request, read } of session.retrieveEach(requests(numbers), limits)) {
    came.set(request.messageNumber, await textOf(read));
  }
  return came;
}

async function textOf(read: () => AsyncIterable<Uint8Array>): Promise<string> {
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of read()) pieces.push(Uint8Array.from(piece));
    return Buffer.concat(pieces).toString('latin1');
  } catch (error) {
    if (error instanceof MailferryError && error.scope === 'message') return error.code;
    throw error;
  }
}

/** All at once, as one packet. */
const ASKED: readonly ScriptStep[] = NUMBERS.flatMap((number) => [
  { expect: `RETR ${number}` },
  { expect: `LIST ${number}` },
]);

function answers(...lines: readonly string[]): ScriptStep[] {
  return [...ASKED, { send: lines.map((line) => `${line}\r\n`).join('') }];
}

const MESSAGE = (number: number): string[] => ['+OK', `Subject: ${number}`, '', '.', `+OK ${number} 15`];

test('all are asked for before the first is answered, and each comes under its own number', async () => {
  await inScript(answers(...MESSAGE(1), ...MESSAGE(2), ...MESSAGE(3)), async (session) => {
    const came = await fetchAll(session);
    assert.deepEqual(
      [...came],
      NUMBERS.map((number) => [number, `Subject: ${number}\r\n\r\n`]),
    );
  });
});

test('a message that is refused fails alone', async () => {
  const lines = [...MESSAGE(1), '-ERR it is gone', '-ERR no such message', ...MESSAGE(3)];
  await inScript(answers(...lines), async (session) => {
    assert.deepEqual(
      [...(await fetchAll(session)).values()],
      ['Subject: 1\r\n\r\n', 'POP3_COMMAND_REFUSED', 'Subject: 3\r\n\r\n'],
    );
  });
});

const OUT_OF_STEP: Readonly<Record<string, readonly string[]>> = {
  'a RETR is lost': [...MESSAGE(1), '+OK 2 15', ...MESSAGE(3)],
  'a LIST is lost': ['+OK', 'Subject: 1', '', '.', ...MESSAGE(2), ...MESSAGE(3)],
  'a message and its LIST are lost': [...MESSAGE(2), ...MESSAGE(3)],
  'an answer comes twice': ['+OK', ...MESSAGE(1), ...MESSAGE(2), ...MESSAGE(3)],
  'LIST is answered twice': [...MESSAGE(1), '+OK 1 15', ...MESSAGE(2), ...MESSAGE(3)],
  'a refusal comes from nowhere': ['-ERR idle', ...MESSAGE(1), ...MESSAGE(2), ...MESSAGE(3)],
  'LIST is not answered with the number': ['+OK', 'Subject: 1', '', '.', '+OK 15'],
  'LIST is refused': ['+OK', 'Subject: 1', '', '.', '-ERR'],
};

for (const [what, lines] of Object.entries(OUT_OF_STEP)) {
  test(`where ${what}, no message is taken for another, and the session is over`, async () => {
    await inScript(answers(...lines), async (session) => {
      const came: string[] = [];
      const fetching = (async () => {
        for await (const { request, read } of session.retrieveEach(requests(NUMBERS), PIPELINED)) {
          came.push(`${request.messageNumber}: ${await textOf(read)}`);
        }
      })();
      await assert.rejects(fetching, (error: unknown) => {
        assert.ok(error instanceof MailferryError);
        assert.equal(error.scope, 'session');
        return true;
      });
      for (const one of came) assert.match(one, /^(\d): (Subject: \1\r\n\r\n|POP3_COMMAND_REFUSED)$/);
      assert.equal(session.state, 'closed');
    });
  });
}

test('one by one a message that begins like an answer is taken, unless it is longer than listed by just that line', async () => {
  const lines = ['+OK', '+OK 2', 'Subject: 1', '', '.'];
  for (const [octets, isTaken] of [
    [21, true],
    [20, true],
    [undefined, true],
    [14, false],
  ] as const) {
    await inScript(
      [{ expect: 'RETR 1' }, { send: lines.map((line) => `${line}\r\n`).join('') }],
      async (session) => {
        const one = { messageNumber: 1, octets };
        for await (const { read } of session.retrieveEach([one], ONE_BY_ONE)) {
          if (isTaken) assert.equal(await textOf(read), '+OK 2\r\nSubject: 1\r\n\r\n');
          else await assert.rejects(textOf(read), failure('POP3_PROTOCOL', 'session'));
        }
      },
    );
  }
});

const CUT = ['+OK', 'Subject: 1', '', '.'];

test('one by one a message shorter than listed is taken if nothing of it is still on its way', async () => {
  for (const answer of ['+OK 1 99', '-ERR no such thing']) {
    const steps: ScriptStep[] = [
      { expect: 'RETR 1' },
      { send: CUT.map((line) => `${line}\r\n`).join('') },
      { expect: 'LIST 1' },
      { send: `${answer}\r\n` },
    ];
    await inScript(steps, async (session) => {
      const one = { messageNumber: 1, octets: 99 };
      for await (const retrieval of session.retrieveEach([one], ONE_BY_ONE))
        assert.equal(await textOf(retrieval.read), 'Subject: 1\r\n\r\n');
      assert.equal(session.state, 'transaction');
    });
  }
});

test('one by one a lone dot that was not stuffed cuts no message short, though the rest comes later', async () => {
  for (const rest of ['the rest of it', '+OK it says', '-ERR it says']) {
    const steps: ScriptStep[] = [
      { expect: 'RETR 1' },
      { send: CUT.map((line) => `${line}\r\n`).join('') },
      { expect: 'LIST 1' },
      { send: `${rest}\r\n.\r\n+OK 1 99\r\n` },
    ];
    await inScript(steps, async (session) => {
      const one = { messageNumber: 1, octets: 99 };
      await assert.rejects(
        async () => {
          for await (const retrieval of session.retrieveEach([one], ONE_BY_ONE)) await textOf(retrieval.read);
          await session.noop();
        },
        failure('POP3_PROTOCOL', 'session'),
      );
    });
  }
});

test('octets behind the last proof end the session at the next command', async () => {
  const lines = [...MESSAGE(1), ...MESSAGE(2), ...MESSAGE(3), '+OK', ''];
  await inScript(answers(...lines), async (session) => {
    await fetchAll(session);
    await assert.rejects(session.dele(1), failure('POP3_PROTOCOL', 'session'));
  });
});

test('no more are asked for than there is room for, and one that is not wanted any more is not asked for', async () => {
  await using server = await startWith({});
  await inSession(server.port, async (session) => {
    let taken = 0;
    const wanted = function* () {
      for (const request of requests(NUMBERS)) {
        taken += 1;
        yield request;
      }
    };
    for await (const { request, read } of session.retrieveEach(wanted(), {
      isPipelined: true,
      messages: 2,
      octets: 1000,
    })) {
      await textOf(read);
      if (request.messageNumber === 1) assert.equal(taken, 3, 'two are asked for, the third waits for room');
    }
  });
  assert.deepEqual(
    server.sessions[0]?.commands.filter((command) => command.startsWith('RETR')),
    ['RETR 1', 'RETR 2', 'RETR 3'],
  );
});

test('one by one there is no LIST: nothing else is under way', async () => {
  await using server = await startWith({});
  await inSession(server.port, async (session) => {
    await fetchAll(session, NUMBERS, ONE_BY_ONE);
  });
  assert.deepEqual(
    server.sessions[0]?.commands.filter((command) => command.startsWith('LIST')),
    [],
  );
});

test('leaving while others are under way closes the connection', async () => {
  await using server = await startWith({});
  await inSession(server.port, async (session) => {
    for await (const { read } of session.retrieveEach(requests(NUMBERS), PIPELINED)) {
      await textOf(read);
      break;
    }
    assert.equal(session.state, 'closed');
  });
});

test('a message that nobody reads closes the connection', async () => {
  await using server = await startWith({});
  await inSession(server.port, async (session) => {
    const fetching = (async () => {
      for await (const _ of session.retrieveEach(requests(NUMBERS), PIPELINED)) {
        // Not read.
      }
    })();
    await fetching.catch(() => undefined);
    assert.equal(session.state, 'closed');
  });
});

test('after the last one the session goes on', async () => {
  await using server = await startWith({});
  await inSession(server.port, async (session) => {
    assert.equal((await fetchAll(session)).size, 3);
    assert.deepEqual((await session.stat()).messages, 3);
    await session.quit();
  });
});
