// The date and time of a Date or Received header (RFC 5322 sections 3.3 and 4.3), parsed by hand.
// Never by `new Date(text)`: engines differ there, and archive keys depend on this result for ever.

/** No date is longer once its comments and folding are gone. Stops: work on megabytes that are no date. */
const MAX_DATE_CHARACTERS = 128;

const DAY_NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const MONTH_NAMES = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

const TIME = String.raw`(?<hour>\d{1,2}) ?: ?(?<minute>\d{1,2})(?: ?: ?(?<second>\d{1,2})(?:[.,]\d{1,9})?)?`;
/** `[Mon,] 1 Jan 2024 12:00[:00] [zone]`, with hyphens or nothing between day, month and year too. */
const DAY_FIRST = new RegExp(
  String.raw`^(?:(?<dayName>[a-z]+)\.?(?: ?, ?| ))?0?(?<day>\d{1,2})[ -]{0,3}(?<month>[a-z]+)\.?,?[ -]{0,3}(?<year>\d{2,4}),? ${TIME} ?(?<zone>.*)$`,
);
/** `[Mon] Jan 1 12:00:00 [zone] 2024`, as ctime(3) writes it and mail programs of old sent it. */
const MONTH_FIRST = new RegExp(
  String.raw`^(?:(?<dayName>[a-z]+)\.?(?: ?, ?| ))?(?<month>[a-z]+)\.? (?<day>\d{1,2}),? ${TIME} (?:(?<zone>[a-z]{1,5}|[+-]\d{4}) )?(?<year>\d{4})$`,
);

const NUMERIC_ZONE =
  /^(?:utc|gmt|ut)? ?(?<sign>[+-]) ?(?<hours>\d{1,2}):?(?<minutes>[0-5]\d)(?:[a-z]{1,5})?(?: .*)?$/;
const ALPHABETIC_ZONE = /^[a-z]{1,5}$/;
/** RFC 5322 section 4.3, hours east. Every other name counts as `-0000`, which section 4.3 asks for. */
const ZONE_HOURS = new Map([
  ['edt', -4],
  ['est', -5],
  ['cdt', -5],
  ['cst', -6],
  ['mdt', -6],
  ['mst', -7],
  ['pdt', -7],
  ['pst', -8],
]);
/** A time with one of these is on a 12-hour clock, which RFC 5322 does not have: no guess is made. */
const HALVES_OF_A_DAY = new Set(['am', 'pm']);

/**
 * The moment a header's date names, or `null` if it names none (30 February, 25:00) or is no date.
 *
 * Beyond the grammar these are accepted: any letter case, full names of days and months, nested comments (one that is never
 * closed runs to the end), missing seconds, fractions of a second (dropped), hyphens between day, month and year,
 * ctime(3) order, `GMT+0100`, `+01:00`, anything after
 * the number of a zone (its name, or a header that lost its line end), a day with a zero too many. The name of the day may be missing or wrong.
 * A missing zone, a military one and an unknown name mean UTC. Two-digit years below 50 are 20xx, others 19xx; three digits
 * count from 1900. Second 60 is the next minute's first. The result lies in the years 0001 to 9999 UTC.
 */
export function parseRfc5322Date(text: string): Date | null {
  const bare = withoutComments(text)
    .replaceAll(/[ \t\r\n]+/g, ' ')
    .trim()
    .toLowerCase();
  if (bare.length > MAX_DATE_CHARACTERS) return null;
  const groups = (DAY_FIRST.exec(bare) ?? MONTH_FIRST.exec(bare))?.groups;
  if (groups === undefined) return null;
  if (groups['dayName'] !== undefined && indexOfName(DAY_NAMES, groups['dayName']) === -1) return null;
  const offsetMinutes = parseZone((groups['zone'] ?? '').trim());
  if (offsetMinutes === null) return null;
  return toDate({
    year: parseYear(groups['year'] ?? ''),
    month: indexOfName(MONTH_NAMES, groups['month'] ?? ''),
    day: Number(groups['day']),
    hour: Number(groups['hour']),
    minute: Number(groups['minute']),
    second: Number(groups['second'] ?? 0),
    offsetMinutes,
  });
}

interface DateFields {
  readonly year: number;
  /** 0 to 11, -1 for none. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** East of Greenwich. */
  readonly offsetMinutes: number;
}

function toDate(fields: DateFields): Date | null {
  const { year, month, day, hour, minute, second } = fields;
  if (month === -1 || day < 1 || hour > 23 || minute > 59 || second > 60) return null;
  // Not Date.UTC: it takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  if (date.getUTCMonth() !== month || date.getUTCDate() !== day) return null;
  date.setUTCHours(hour, minute - fields.offsetMinutes, second, 0);
  const utcYear = date.getUTCFullYear();
  return utcYear >= 1 && utcYear <= 9999 ? date : null;
}

/** The place of the name that `word` is or abbreviates with at least three letters, or -1. */
function indexOfName(names: readonly string[], word: string): number {
  return word.length < 3 ? -1 : names.findIndex((name) => name.startsWith(word));
}

/** RFC 5322 section 4.3. */
function parseYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return digits.length === 3 ? 1900 + year : year;
}

/** Minutes east of Greenwich, or `null` if this is no zone. */
function parseZone(zone: string): number | null {
  if (zone === '') return 0;
  const groups = NUMERIC_ZONE.exec(zone)?.groups;
  if (groups !== undefined) {
    const minutes = Number(groups['hours']) * 60 + Number(groups['minutes']);
    return groups['sign'] === '-' ? -minutes : minutes;
  }
  if (!ALPHABETIC_ZONE.test(zone) || HALVES_OF_A_DAY.has(zone)) return null;
  return (ZONE_HOURS.get(zone) ?? 0) * 60;
}

/** Comments become a space each (RFC 5322 section 3.2.2): they nest, and a backslash takes the next character with it. */
function withoutComments(text: string): string {
  if (!text.includes('(')) return text;
  let kept = '';
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '(') {
      depth += 1;
      kept += depth === 1 ? ' ' : '';
    } else if (depth === 0) kept += character;
    else if (character === '\\') index += 1;
    else if (character === ')') depth -= 1;
  }
  return kept;
}
