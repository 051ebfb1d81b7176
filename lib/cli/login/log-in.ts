// The two ways a person logs in, in words for a terminal: with a code at any device (RFC 8628), with a browser here (RFC 8252).

import { setTimeout as sleep } from 'node:timers/promises';
import { openLoopbackReceiver } from '../../adapters/loopback-receiver.ts';
import { CodeFlow } from '../../adapters/oauth2-code-flow.ts';
import { DeviceFlow } from '../../adapters/oauth2-device-flow.ts';
import { MailferryError } from '../../core/errors.ts';
import type { IssuedTokens, TokenClient } from '../../ports/access.ts';
import { formatDuration } from '../format.ts';

interface LoginParts {
  readonly client: TokenClient;
  /** One line for the person. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** Default: as long as it says. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What the server's `slow_down` adds to the interval (RFC 8628 section 3.5). */
const SLOW_DOWN_MS = 5_000;
const BROWSER_TIMEOUT_MS = 10 * 60_000;

/** @throws TOKEN_REFUSED, also when nobody typed the code in; TOKEN_UNAVAILABLE, ADDRESS_NOT_ALLOWED; the reason of `signal` */
export async function logInWithDevice({
  client,
  deviceUrl,
  say,
  signal,
  pause = sleepFor,
}: LoginParts & { readonly deviceUrl: string }): Promise<IssuedTokens> {
  const flow = new DeviceFlow(client, deviceUrl, { signal });
  const code = await flow.begin();
  say('Open this page on any device, and type in the code:');
  say(`  ${code.verificationUrl}`);
  say(`  ${code.userCode}`);
  say(`Log in there as the owner of the mailbox. Waiting for up to ${formatDuration(code.expiresInMs)} ...`);
  let { intervalMs } = code;
  for (let waitedMs = 0; waitedMs + intervalMs <= code.expiresInMs; waitedMs += intervalMs) {
    await pause(intervalMs, signal);
    const answer = await askPatiently(async () => await flow.ask(code));
    if (answer === 'slow-down') intervalMs += SLOW_DOWN_MS;
    else if (answer !== 'pending') return answer;
  }
  throw nobodyCame(code.expiresInMs);
}

/** @throws as `logInWithDevice`, and CONFIG_INVALID for a port that is taken */
export async function logInWithBrowser({
  client,
  authorizationUrl,
  port,
  say,
  signal,
}: LoginParts & { readonly authorizationUrl: string; readonly port: number }): Promise<IssuedTokens> {
  await using receiver = await openLoopbackReceiver(port);
  const redirectUri = `http://${loopbackNameFor(authorizationUrl)}:${receiver.port}`;
  const flow = new CodeFlow(client, { authorizationUrl, redirectUri }, { signal });
  say('Open this address in a browser on this machine, and log in as the owner of the mailbox:');
  say(`  ${await flow.url()}`);
  say(
    `Waiting for up to ${formatDuration(BROWSER_TIMEOUT_MS)} for the browser to come back to ${redirectUri} ...`,
  );
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(nobodyCame(BROWSER_TIMEOUT_MS)), BROWSER_TIMEOUT_MS);
  try {
    const either = AbortSignal.any([signal, timeout.signal]);
    return await flow.redeem(await receiver.receive((parameters) => flow.isAnswer(parameters), either));
  } finally {
    clearTimeout(timer);
  }
}

/** RFC 8252 section 8.3 wants the address. QUIRK(microsoft): any port goes with the registered http://localhost, and with it alone. */
function loopbackNameFor(authorizationUrl: string): string {
  return /^login\.(?:microsoftonline|partner\.microsoftonline)\./.test(new URL(authorizationUrl).hostname)
    ? 'localhost'
    : '127.0.0.1';
}

/** While a person types, a server that is out of order for a moment is asked again (RFC 8628 section 3.5). */
async function askPatiently<Answer>(ask: () => Promise<Answer>): Promise<Answer | 'slow-down'> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof MailferryError && error.code === 'TOKEN_UNAVAILABLE') return 'slow-down';
    throw error;
  }
}

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

function nobodyCame(waitedMs: number): MailferryError {
  return new MailferryError(`nobody logged in within ${formatDuration(waitedMs)}: nothing was stored`, {
    code: 'TOKEN_REFUSED',
    scope: 'account',
    retryable: false,
    hint: 'begin again with: mailferry login',
  });
}
