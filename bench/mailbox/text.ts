// The bodies of made mail: plain text and HTML of about a wanted length, in a language and so in a charset.

import {
  CHINESE,
  DOMAINS,
  DOT_LINES,
  ENGLISH,
  FRENCH,
  GERMAN,
  JAPANESE,
  RUSSIAN,
  SYMBOLS,
} from './vocabulary.ts';
import type { Random } from './random.ts';

export interface Language {
  /** As in Content-Type, and as iconv-lite knows it. */
  readonly charset: string;
  /** Mixed into English; none for plain ASCII. */
  readonly foreign: readonly [string, ...string[]] | undefined;
}

/** More of what there is more of in mailboxes. */
const LANGUAGES: readonly [number, Language][] = [
  [0.3, { charset: 'us-ascii', foreign: undefined }],
  [0.38, { charset: 'utf-8', foreign: SYMBOLS }],
  [0.08, { charset: 'utf-8', foreign: JAPANESE }],
  [0.08, { charset: 'iso-8859-1', foreign: GERMAN }],
  [0.06, { charset: 'windows-1252', foreign: FRENCH }],
  [0.04, { charset: 'koi8-r', foreign: RUSSIAN }],
  [0.03, { charset: 'shift_jis', foreign: JAPANESE }],
  [0.03, { charset: 'gb18030', foreign: CHINESE }],
];

export function chooseLanguage(random: Random): Language {
  let left = random.fraction();
  for (const [share, language] of LANGUAGES) {
    left -= share;
    if (left < 0) return language;
  }
  return { charset: 'us-ascii', foreign: undefined };
}

export function wordsOf(count: number, { foreign }: Language, random: Random): string {
  const all: string[] = [];
  for (let index = 0; index < count; index += 1) {
    all.push(foreign && random.chance(0.12) ? random.pick(foreign) : random.pick(ENGLISH));
  }
  return all.join(' ');
}

/** Lines end in LF. @param characters about so many */
export function plainText(characters: number, language: Language, random: Random): string {
  const lines: string[] = [];
  for (let length = 0; length < characters;) {
    const line = textLine(language, random);
    lines.push(line);
    length += line.length + 1;
  }
  return `${lines.join('\n')}\n`;
}

function textLine(language: Language, random: Random): string {
  const kind = random.fraction();
  if (kind < 0.01) return random.pick(DOT_LINES);
  if (kind < 0.12) return '';
  if (kind < 0.2) return `> ${wordsOf(random.integer(5, 11), language, random)}`;
  if (kind < 0.22) return '-'.repeat(random.integer(20, 72));
  // Some programs write a paragraph as one line.
  return wordsOf(kind < 0.26 ? random.integer(30, 120) : random.integer(6, 12), language, random);
}

const HEAD = `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Message</title>
<style>body{margin:0;font:16px/1.5 sans-serif}td{padding:16px 24px}@media(max-width:600px){.wide{display:none}}</style>
</head><body>
`;

/** @param characters about so many, and not less than an empty page has */
export function html(characters: number, language: Language, random: Random): string {
  const blocks = [HEAD];
  for (let length = HEAD.length; length < characters;) {
    const block = htmlBlock(language, random);
    blocks.push(block);
    length += block.length;
  }
  blocks.push('</body></html>\n');
  return blocks.join('');
}

function htmlBlock(language: Language, random: Random): string {
  const kind = random.fraction();
  const host = random.pick(DOMAINS);
  const prose = (least: number, most: number): string =>
    wordsOf(random.integer(least, most), language, random);
  if (kind < 0.5) {
    const style = 'max-width:600px;margin:0 auto;background:#fff;border-collapse:collapse';
    return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="${style}"><tr><td style="color:#333">${prose(15, 60)}</td></tr></table>\n`;
  }
  if (kind < 0.75) {
    return `<p>${prose(5, 20)} <a href="https://click.${host}/c?u=${random.hex(80)}&amp;m=${random.hex(16)}">${prose(2, 5)}</a></p>\n`;
  }
  if (kind < 0.85)
    return `<img src="https://img.${host}/${random.hex(24)}.png" width="600" height="80" alt="">\n`;
  if (kind < 0.95) return `<ul>\n<li>${prose(4, 15)}</li>\n<li>${prose(4, 15)}</li>\n</ul>\n`;
  return `<div class="wide">&nbsp;&copy; 2024 ${prose(5, 15)} &mdash; ${prose(5, 15)}</div>\n`;
}
