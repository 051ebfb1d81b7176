// A protocol trace as a transcript that can be replayed: what the trace hides is filled in, and each command becomes a step
// that expects what came of it. The proofs of SCRAM cannot come twice: such a login becomes one of USER and PASS.

import { fillerBody, quoteOctets } from './transcript-octets.ts';

interface Spoken {
  readonly kind: 'client' | 'server' | 'octets' | 'mark';
  readonly text: string;
}

/** With all that came in answer. */
interface Exchange {
  readonly command: string;
  readonly answer: Spoken[];
}

const SPOKEN = /^\d\d:\d\d:\d\d\.\d{3} (?:(?<who>[CS]): ?(?<text>.*)|-- (?<mark>.+))$/;
const OCTETS = /^<(\d+) octets>$/;
/** Of a message as it came: a dot and CRLF end it. */
const TERMINATOR_OCTETS = 3;

/**
 * @param number of the session, from 1
 * @throws Error for a session whose login failed, and for an answer no step stands for
 */
export function toTranscript(trace: string, number: number): string {
  const { title, lines } = sessionLines(trace, number);
  const tls = / tls (\w+)$/.exec(title)?.[1] ?? 'none';
  const spoken = lines.map(toSpoken);
  const loggedIn = endOfLogin(spoken);
  const { method, login } = playableLogin(spoken.slice(0, loggedIn));
  const rest = spoken.slice(loggedIn);
  const steps = toSteps(toExchanges(rest));
  const isPipelined = steps.some((step) => step.startsWith('fetch'));
  return [
    `name: session ${number} of a trace`,
    'server: as traced',
    `tls: ${tls}`,
    `method: ${method}`,
    ...(method.includes('OAUTH') ? ['token: a token that stands for another'] : []),
    ...(isPipelined ? ['needs: pipelining'] : []),
    ...['open', ...steps].map((step) => `> ${step}`),
    ...[...login, ...rest].flatMap(toLines),
    '',
  ].join('\n');
}

function sessionLines(trace: string, number: number): { title: string; lines: string[] } {
  const lines: string[] = [];
  let title: string | undefined;
  let current = 0;
  for (const line of trace.split('\n')) {
    const [, begun] = /^# session (\d+)(?:,| again$)/.exec(line) ?? [];
    if (begun !== undefined) current = Number(begun);
    if (current !== number) continue;
    if (begun !== undefined) title ??= line;
    else if (line !== '' && !line.startsWith('#')) lines.push(line);
  }
  if (title === undefined) throw new Error(`the trace has no session ${number}`);
  return { title, lines };
}

function toSpoken(line: string): Spoken {
  const { who, text = '', mark } = SPOKEN.exec(line)?.groups ?? {};
  if (mark !== undefined) return { kind: 'mark', text: mark };
  if (who === undefined) throw new Error(`no line of a trace: ${line}`);
  if (who === 'C') return { kind: 'client', text };
  const octets = OCTETS.exec(text)?.[1];
  return octets === undefined ? { kind: 'server', text } : { kind: 'octets', text: octets };
}

/** The index behind the answer that ends it. */
function endOfLogin(spoken: readonly Spoken[]): number {
  const last = spoken.findLastIndex(
    ({ kind, text }) => kind === 'client' && /^(PASS|APOP|AUTH|\*\*\*)( |$)/.test(text),
  );
  const end = spoken.findIndex(({ kind }, index) => index > last && kind === 'server');
  if (last < 0 || !spoken[end]?.text.startsWith('+OK'))
    throw new Error('the login failed, or there was none');
  return end + 1;
}

function playableLogin(spoken: readonly Spoken[]): { method: string; login: readonly Spoken[] } {
  const first = spoken.findIndex(({ kind, text }) => kind === 'client' && /^(USER|APOP|AUTH) /.test(text));
  const [keyword, mechanism = ''] = spoken[first]?.text.split(' ') ?? [];
  if (keyword !== 'AUTH') return { method: keyword ?? '', login: spoken };
  if (!mechanism.startsWith('SCRAM-')) return { method: mechanism, login: spoken };
  const userAndPass = ['USER ***', 'PASS ***'].flatMap((text): Spoken[] => [
    { kind: 'client', text },
    { kind: 'server', text: '+OK' },
  ]);
  return { method: 'USER', login: [...spoken.slice(0, first), ...userAndPass] };
}

/** Answers in the order of the commands, however far ahead these were sent. */
function toExchanges(spoken: readonly Spoken[]): Exchange[] {
  const exchanges: Exchange[] = [];
  let answered = 0;
  for (const line of spoken) {
    if (line.kind === 'client') exchanges.push({ command: line.text, answer: [] });
    if (line.kind !== 'server' && line.kind !== 'octets') continue;
    const exchange = exchanges[answered];
    if (!exchange) throw new Error(`an answer to nothing: ${line.text}`);
    exchange.answer.push(line);
    if (isWhole(exchange)) answered += 1;
  }
  return exchanges;
}

function isWhole({ command, answer }: Exchange): boolean {
  const isOk = /^\+OK/i.test(answer[0]?.text ?? '');
  if (!isOk) return true;
  if (/^(CAPA|LIST|UIDL)$/.test(command)) return answer.at(-1)?.text === '.';
  return /^(RETR|TOP)/.test(command) ? answer.length === 2 : true;
}

function toSteps(exchanges: readonly Exchange[]): string[] {
  const steps: string[] = [];
  for (let at = 0; at < exchanges.length;) {
    const fetched = pipelinedFrom(exchanges, at);
    const exchange = exchanges[at];
    if (fetched.length > 0) steps.push(toFetch(fetched));
    else if (exchange) steps.push(toStep(exchange));
    at += Math.max(1, fetched.length * 2);
  }
  return exchanges.at(-1)?.command === 'QUIT' ? steps : [...steps, 'drop'];
}

/** RETR, each with the LIST of the same message behind it. */
function pipelinedFrom(exchanges: readonly Exchange[], from: number): Exchange[] {
  const fetched: Exchange[] = [];
  for (let at = from; at + 1 < exchanges.length; at += 2) {
    const [retrieval, proof] = [exchanges[at], exchanges[at + 1]];
    const number = /^RETR (\d+)$/.exec(retrieval?.command ?? '')?.[1];
    if (!retrieval || number === undefined || proof?.command !== `LIST ${number}`) break;
    fetched.push(retrieval);
  }
  return fetched;
}

function toFetch(fetched: readonly Exchange[]): string {
  const numbers = fetched.map(({ command }) => command.split(' ')[1]).join(' ');
  const bodies = fetched.map(({ answer: [, octets] }) =>
    octets ? quoteOctets(bodyOf(Number(octets.text))) : 'POP3_COMMAND_REFUSED',
  );
  return `fetch ${numbers} -> ${bodies.join(' | ')}`;
}

function toStep({ command, answer: [status, ...more] }: Exchange): string {
  const step = command.toLowerCase();
  const [keyword = ''] = command.split(' ');
  const said = status?.text ?? '';
  const rows = more.slice(0, -1).map(({ text }) => text);
  if (!/^\+OK/i.test(said)) {
    if (keyword === 'RETR' || keyword === 'DELE') return `${step} -> POP3_COMMAND_REFUSED message`;
    if (/^(CAPA|LIST|TOP|NOOP)/.test(keyword)) return keyword === 'NOOP' ? step : `${step} -> refused`;
    throw new Error(`no step stands for this answer to ${command}: ${said}`);
  }
  if (keyword === 'STAT')
    return `${step} -> ${said.replace(/^\S+ +(\d+) +(\d+).*$/, '$1 messages, $2 octets')}`;
  if (keyword === 'RETR' || keyword === 'TOP')
    return `${step} -> ${Number(more[0]?.text) - TERMINATOR_OCTETS} octets`;
  if (keyword === 'CAPA') return `${step} -> ${rows.join('; ') || 'nothing'}`;
  if (/^(LIST|UIDL)$/.test(command)) {
    return `${step} -> ${rows.map((row) => row.replace(/^(\d+) (\S+).*$/, '$1=$2')).join(' ') || 'nothing'}`;
  }
  return step;
}

function toLines({ kind, text }: Spoken): string[] {
  if (kind === 'mark') return text === 'silence' || text === 'reset' ? [] : [`-- ${text}`];
  if (kind === 'client') return [`C: ${text}`];
  // What is a piece that comes many times in a transcript, is but braces in a trace.
  if (kind === 'server') return [`S: ${text.replaceAll('{', String.raw`\x7b`)}`];
  return [Number(text) === TERMINATOR_OCTETS ? 'S: .' : `S: <${text} octets>`];
}

/** @param octets as they came */
function bodyOf(octets: number): Buffer {
  const own = octets - TERMINATOR_OCTETS;
  return own === 0 ? Buffer.alloc(0) : fillerBody(own, true);
}
