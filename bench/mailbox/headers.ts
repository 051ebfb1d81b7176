// The header of a made message: what servers, list programs and writers leave in real mail.

import { encodedWords, isAscii } from './transfer-encoding.ts';
import { wordsOf, type Language } from './text.ts';
import { DOMAINS, ENGLISH, FIRST_NAMES, LAST_NAMES } from './vocabulary.ts';
import type { Random } from './random.ts';

export interface HeaderWish {
  /** Of the message in its mailbox, from 1. */
  readonly number: number;
  readonly language: Language;
  /** `brief`: as a program writes that sends alarms. */
  readonly kind: 'full' | 'brief';
  /** Content-Type and what else belongs to the body; whole lines without the last CRLF. */
  readonly content: string;
}

/** The lines with their CRLF, without the empty line. The same number has the same date: ten to fifty messages a day. */
export function header(wish: HeaderWish, random: Random): string {
  const date = dateOf(wish.number, random);
  const lines =
    wish.kind === 'brief'
      ? [...received(1, date, random), ...letterHead(wish, date, random)]
      : [
          `Return-Path: <bounce-${random.hex(8)}@${random.pick(DOMAINS)}>`,
          'Delivered-To: owner@mailbox.example',
          ...received(random.integer(1, 5), date, random),
          ...signatures(random),
          ...letterHead(wish, date, random),
          ...thread(random),
        ];
  return `${[...lines, wish.content].join('\r\n')}\r\n`;
}

const FIRST_DAY_MS = Date.UTC(2019, 0, 1);
const DAY_MS = 86_400_000;
const MESSAGES_A_DAY = 20;

function dateOf(number: number, random: Random): string {
  const day = FIRST_DAY_MS + Math.floor(number / MESSAGES_A_DAY) * DAY_MS;
  return new Date(day + random.integer(0, DAY_MS - 1)).toUTCString().replace('GMT', '+0000');
}

function received(hops: number, date: string, random: Random): string[] {
  return Array.from({ length: hops }, (_, hop) => {
    const from = `mx${hop}.${random.pick(DOMAINS)}`;
    const address = `192.0.2.${random.integer(1, 254)}`;
    return `Received: from ${from} (${from} [${address}])\r\n\tby in${hop}.mailbox.example with ESMTPS id ${random.hex(10)}\r\n\tfor <owner@mailbox.example>; ${date}`;
  });
}

function signatures(random: Random): string[] {
  const domain = random.pick(DOMAINS);
  const lines = Array.from({ length: random.integer(0, 2) }, () => {
    const folded = Array.from({ length: 5 }, () => base64Like(64, random)).join('\r\n\t ');
    return `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain};\r\n\ts=key1; h=From:To:Subject:Date;\r\n\tbh=${base64Like(43, random)}=;\r\n\tb=${folded}`;
  });
  if (random.chance(0.5)) {
    lines.push(
      `Authentication-Results: in0.mailbox.example;\r\n\tdkim=pass header.d=${domain};\r\n\tspf=pass smtp.mailfrom=${domain}`,
    );
  }
  if (random.chance(0.4)) {
    lines.push(
      `List-Unsubscribe: <https://list.${domain}/${random.hex(80)}>,\r\n\t<mailto:off-${random.hex(8)}@${domain}>`,
    );
  }
  return lines;
}

function letterHead({ number, language }: HeaderWish, date: string, random: Random): string[] {
  const recipients = random.chance(0.8) ? 1 : random.integer(2, 12);
  return [
    `From: ${person(random)}`,
    `To: ${Array.from({ length: recipients }, () => person(random)).join(',\r\n\t')}`,
    `Subject: ${encodedWords(wordsOf(random.integer(3, 8), language, random))}`,
    `Date: ${date}`,
    `Message-ID: <${number}.${random.hex(16)}@${random.pick(DOMAINS)}>`,
    'MIME-Version: 1.0',
  ];
}

function thread(random: Random): string[] {
  if (random.chance(0.5)) return [];
  const ids = Array.from(
    { length: random.integer(1, 8) },
    () => `<${random.hex(24)}@${random.pick(DOMAINS)}>`,
  );
  return [`In-Reply-To: ${ids[0]}`, `References: ${ids.join('\r\n ')}`];
}

function person(random: Random): string {
  const name = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
  const shown = isAscii(name) ? `"${name}"` : encodedWords(name);
  return `${shown} <${random.pick(ENGLISH)}.${random.pick(ENGLISH)}@${random.pick(DOMAINS)}>`;
}

function base64Like(characters: number, random: Random): string {
  return Buffer.from(random.hex(characters * 2), 'hex')
    .toString('base64')
    .slice(0, characters);
}
