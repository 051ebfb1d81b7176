// A stand-in for the parse worker that speaks its protocol and then does what the message's first line says:
// everything a crashed, looping or subverted worker may do to its parent.

import { encodeFrame, encodeJsonFrame, readFrames } from '../../lib/parse/frames.ts';
import type { Job } from '../../lib/parse/run-job.ts';

function send(...frames: readonly Uint8Array[]): void {
  process.stdout.write(Buffer.concat(frames));
}

const octets = (text: string): Uint8Array => Buffer.from(text);
let isDeaf = false;
/** What the parent asks for: the whole message, or, with its reason, the header. */
let job: Job | undefined;
let raw: Uint8Array = octets('');
const ROW = {
  message_id: null,
  edrm_mih: null,
  in_reply_to: null,
  reference_ids: [],
  from_addresses: [],
  to_addresses: [],
  cc_addresses: [],
  bcc_addresses: [],
  reply_to_addresses: [],
  subject: null,
  sent_at: null,
  received_at: null,
  preview: '',
  problems: [],
  is_cut: false,
  attachment_count: 0,
  attachment_size: 0,
  attachments: [],
};
const DOCUMENT = [
  encodeJsonFrame('row', ROW),
  encodeFrame('row-end'),
  encodeFrame('document', octets('{}\n')),
  encodeFrame('document-end'),
];

/** With a document that tells what was asked for, unless this is the first time. */
function answerSecond(): boolean {
  if (job?.failure === undefined) return false;
  const document = Buffer.from(JSON.stringify({ problems: [job.failure], headOctets: raw.length }));
  send(...DOCUMENT.slice(0, 2), encodeFrame('document', document), encodeFrame('document-end'));
  return true;
}

const DEEDS: Readonly<Record<string, () => Promise<void> | void>> = {
  behave: () => send(...DOCUMENT),
  die: () => process.exit(1),
  'die-once': () => {
    if (!answerSecond()) process.exit(1);
  },
  'loop-once': () => {
    if (answerSecond()) return;
    for (;;) Math.sqrt(2);
  },
  'attach-second': () => {
    if (job?.failure === undefined) process.exit(1);
    send(encodeFrame('attachment', octets('x')));
  },
  'die-in-attachment': () => {
    process.stdout.write(encodeFrame('attachment', octets('x')), () => process.exit(0));
  },
  hang: async () => {
    await new Promise((resolve) => setTimeout(resolve, 3_600_000));
  },
  loop: () => {
    for (;;) Math.sqrt(2);
  },
  rubbish: () => send(octets('this is no frame at all')),
  'huge-frame': () => send(Buffer.from([7, 255, 255, 255, 255])),
  'wrong-type': () => send(encodeFrame('raw', octets('x'))),
  'wrong-hash': () =>
    send(
      encodeFrame('attachment', octets('x')),
      encodeJsonFrame('attachment-end', { sha256: '0'.repeat(64), sizeOctets: 1 }),
      ...DOCUMENT,
    ),
  'no-claim': () => send(encodeFrame('attachment-end', octets('null')), ...DOCUMENT),
  'no-json': () => send(encodeFrame('attachment-end', octets('{')), ...DOCUMENT),
  'no-row': () => send(...DOCUMENT.slice(2)),
  'wrong-row': () => {
    const row = { ...ROW, sent_at: "2024-01-01'; DROP TABLE mail" };
    send(encodeJsonFrame('row', row), ...DOCUMENT.slice(1));
  },
  'endless-row': async () => {
    const frame = encodeFrame('row', Buffer.alloc(100_000, ' '));
    for (;;) {
      if (!process.stdout.write(frame)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    }
  },
  'unknown-problem': () => send(encodeJsonFrame('failed', { problem: '../../etc' })),
  'endless-attachment': async () => {
    const frame = encodeFrame('attachment', Buffer.alloc(100_000));
    for (;;) {
      if (!process.stdout.write(frame)) await new Promise((resolve) => process.stdout.once('drain', resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
  'endless-empty-frames': async () => {
    const frames = Buffer.concat(Array.from({ length: 10_000 }, () => encodeFrame('attachment')));
    for (;;) {
      send(frames);
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
  'behave-and-die': () => {
    process.stdout.write(Buffer.concat(DOCUMENT), () => process.exit(0));
  },
  'behave-and-go-deaf': () => {
    send(...DOCUMENT);
    isDeaf = true;
  },
  'behave-and-babble': () => send(...DOCUMENT, encodeFrame('attachment', octets('x'))),
  'failed-early': () => send(encodeJsonFrame('failed', { problem: 'document-too-large' })),
};

const frames = readFrames(process.stdin);
process.stdout.on('error', () => process.exit(1));
send(encodeFrame('ready'));
let isNew = true;
for await (const frame of frames) {
  if (frame.type === 'ping' && !isDeaf) send(encodeFrame('ready'));
  if (frame.type === 'job') job = JSON.parse(Buffer.from(frame.payload).toString('utf8')) as Job;
  if (frame.type === 'raw' && isNew) {
    isNew = false;
    raw = frame.payload;
    const deed = Buffer.from(frame.payload).toString('utf8').split('\r\n')[0] ?? '';
    await (DEEDS[deed] ?? DEEDS['behave'])?.();
  }
  if (frame.type === 'raw-end') isNew = true;
}
process.exit(0);
