// Mailboxes that are made, not collected: the same octets for the same profile, seed and number, every time and everywhere.
// Message n needs none of those before it, so a part of a mailbox is its first messages.

import { header } from './headers.ts';
import { filePart, messagePart, multipart, textPart, type Part } from './parts.ts';
import { randomOf, type Random } from './random.ts';
import { chooseLanguage, plainText, type Language } from './text.ts';

/**
 * `a`: like a person's mailbox, 10,000 messages; half of them below 13 KB, one in a hundred above 1 MB.
 * `b`: 100,000 alarms of some 700 octets. `c`: 50 messages of 25 MB.
 */
export type Profile = 'a' | 'b' | 'c';

export const FULL_COUNT: Readonly<Record<Profile, number>> = { a: 10_000, b: 100_000, c: 50 };

const DEFAULT_SEED = 20_261_123;

/** @param count from the first message on; also more than FULL_COUNT */
export function* madeMail(
  profile: Profile,
  count: number = FULL_COUNT[profile],
  seed: number = DEFAULT_SEED,
): Generator<Buffer, void, undefined> {
  for (let number = 1; number <= count; number += 1) yield madeMessage(profile, number, seed);
}

/** @param number from 1 */
export function madeMessage(profile: Profile, number: number, seed: number = DEFAULT_SEED): Buffer {
  const random = randomOf(`${seed}/${profile}/${number}`);
  const language = chooseLanguage(random);
  switch (profile) {
    case 'a':
      return whole(
        number,
        'full',
        language,
        letterOf(likelyOctets(random), number, language, random),
        random,
      );
    case 'b':
      return whole(number, 'brief', ASCII, alarm(random), random);
    case 'c':
      return whole(number, 'full', language, bulky(number, language, random), random);
  }
}

const ASCII: Language = { charset: 'us-ascii', foreign: undefined };
const MEDIAN_OCTETS = 12_000;
const SPREAD = 1.95;
const SMALLEST_OCTETS = 1500;
const LARGEST_OCTETS = 5_000_000;
/** Of a header, as it comes out. */
const HEADER_OCTETS = 1900;

/** Lognormal, as the sizes of real mail are. */
function likelyOctets(random: Random): number {
  const octets = Math.exp(Math.log(MEDIAN_OCTETS) + SPREAD * random.normal());
  return Math.min(LARGEST_OCTETS, Math.max(SMALLEST_OCTETS, Math.floor(octets)));
}

function whole(
  number: number,
  kind: 'full' | 'brief',
  language: Language,
  part: Part,
  random: Random,
): Buffer {
  const head = header({ number, language, kind, content: part.content }, random);
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'utf8'), part.body]);
}

/** @param octets of the whole message, about */
function letterOf(octets: number, number: number, language: Language, random: Random): Part {
  const bodyOctets = Math.max(200, octets - HEADER_OCTETS);
  if (octets < 4000 || (octets < 12_000 && random.chance(0.25))) {
    return textPart('plain', bodyOctets, language, random);
  }
  if (octets < 7000 || (octets < 60_000 && random.chance(0.8))) {
    return random.chance(0.2)
      ? textPart('html', bodyOctets, language, random)
      : alternative(bodyOctets, language, random);
  }
  return withFiles(bodyOctets, number, language, random);
}

function alternative(octets: number, language: Language, random: Random): Part {
  const plainOctets = Math.min(octets * 0.2, 20_000);
  const htmlOctets = Math.min(octets - plainOctets, 250_000);
  return multipart(
    'alternative',
    [textPart('plain', plainOctets, language, random), textPart('html', htmlOctets, language, random)],
    random,
  );
}

function withFiles(octets: number, number: number, language: Language, random: Random): Part {
  const textOctets = Math.max(400, Math.min(40_000, octets * (0.02 + 0.28 * random.fraction())));
  let left = octets - textOctets;
  let main = random.chance(0.5)
    ? alternative(textOctets, language, random)
    : textPart('plain', textOctets, language, random);
  if (random.chance(0.25)) {
    const images = random.integer(1, 4);
    const imageOctets = (left * 0.3) / images;
    left *= 0.7;
    const inline = Array.from({ length: images }, () => filePart(imageOctets, 'inline', random));
    main = multipart('related', [main, ...inline], random);
  }
  const files = random.pick([1, 1, 1, 2, 3] as const);
  const parts = [main, ...Array.from({ length: files }, () => filePart(left / files, 'attachment', random))];
  if (octets < 400_000 && random.chance(0.04)) {
    const inner = alternative(random.integer(2000, 20_000), language, random);
    parts.push(messagePart(whole(number, 'full', language, inner, random)));
  }
  return multipart('mixed', parts, random);
}

function alarm(random: Random): Part {
  const body = plainText(60, ASCII, random).replaceAll('\n', '\r\n');
  return {
    content: 'Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit',
    body: Buffer.from(body, 'latin1'),
  };
}

const BULKY_OCTETS = 26_200_000;

function bulky(number: number, language: Language, random: Random): Part {
  const files = 1 + (number % 3);
  const text = textPart('plain', 3000, language, random);
  const parts = Array.from({ length: files }, () => filePart(BULKY_OCTETS / files, 'attachment', random));
  return multipart('mixed', [text, ...parts], random);
}
