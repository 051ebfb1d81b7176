// The sessions that Dovecot's own log tells of, and which of them one user had at the same time. Never asks the product.

export interface LoggedSession {
  readonly user: string;
  readonly id: string;
  /** Epoch milliseconds, by the server's clock. */
  readonly from: number;
  /** `undefined`: it is still open. */
  readonly to: number | undefined;
  /** Messages sent. */
  readonly retrieved: number;
}

const LOGIN = /^(\S+ \S+) pop3-login: Info: Login: user=<([^>]*)>.*\bsession=<([^>]*)>/gm;
const END = /^(\S+ \S+) pop3\([^)]*\)<\d+><([^>]*)>: Info: Disconnected.* retr=(\d+)\//gm;

/** In the order of their logins. */
export function readSessions(log: string): readonly LoggedSession[] {
  const ends = new Map(
    [...log.matchAll(END)].map(([, at = '', id = '', retrieved]) => [id, { at, retrieved }]),
  );
  return [...log.matchAll(LOGIN)].map(([, at = '', user = '', id = '']) => {
    const end = ends.get(id);
    return {
      user,
      id,
      from: timeOf(at),
      to: end && timeOf(end.at),
      retrieved: Number(end?.retrieved ?? 0),
    };
  });
}

/**
 * Pairs of sessions of one user of which the first went on after the login of the second.
 * @param slackMs by so much: the server notes an end a moment after the client knows of it
 */
export function overlapping(
  sessions: readonly LoggedSession[],
  slackMs: number,
): readonly (readonly [LoggedSession, LoggedSession])[] {
  return [...Map.groupBy(sessions, ({ user }) => user).values()].flatMap((ofUser) =>
    ofUser.flatMap((second, index) =>
      ofUser
        .slice(0, index)
        .filter((first) => (first.to ?? Infinity) > second.from + slackMs)
        .map((first) => [first, second] as const),
    ),
  );
}

/** As the configuration has the server write it: `2026-11-23 16:20:17.866869`, in the machine's own zone. */
function timeOf(text: string): number {
  return Date.parse(text.slice(0, 23).replace(' ', 'T'));
}
