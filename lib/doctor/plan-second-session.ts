// Decides when a second session may be opened, if at all: servers that want time between two logins may lock out who does
// not leave it. Pure.

export type SecondSession =
  /** With the first one open, to see whether the server lets both in; then `waitMs` lies between the logins. */
  | { readonly when: 'beside'; readonly waitMs: number }
  /** The first one is ended: it would not stay open for so long. */
  | { readonly when: 'after'; readonly waitMs: number }
  | { readonly when: 'never'; readonly why: string };

/** A session may stand idle for so long on any server: the shortest autologout seen is 60 s. */
const LONGEST_IDLE_MS = 20_000;
/** Servers count in whole seconds. */
const MARGIN_MS = 1_000;
/** For what comes after the second login. */
const RESERVE_MS = 30_000;

/** @param leftMs until the examination has to be over */
export function planSecondSession(loginDelaySeconds: number | undefined, leftMs: number): SecondSession {
  const waitMs = loginDelaySeconds ? loginDelaySeconds * 1000 + MARGIN_MS : 0;
  if (waitMs + RESERVE_MS > leftMs) {
    const needed = Math.ceil((waitMs + RESERVE_MS) / 60_000) + 1;
    const why =
      waitMs === 0
        ? 'there is not enough time left'
        : `the server wants ${loginDelaySeconds} s between two logins: --time ${needed}m would be enough`;
    return { when: 'never', why };
  }
  return waitMs <= LONGEST_IDLE_MS ? { when: 'beside', waitMs } : { when: 'after', waitMs };
}
