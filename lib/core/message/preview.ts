// The first words of a message, for lists. Crude on purpose: it renders nothing and is never HTML.

/** RFC 8621 section 4.1.4: at most 256 characters. */
export const MAX_PREVIEW_CHARACTERS = 256;

/** How much of a body is looked at. Stops: walking through megabytes of style sheet for one line. */
const MAX_LOOKED_AT_CHARACTERS = 256 * 1024;
/** At a body of HTML with a style sheet this is not enough, at nearly all others it is. */
const FIRST_LOOK_CHARACTERS = 4096;
/** An entity or a tag that the end of a look cuts in two is read as text: so much of what was found may be that. */
const CUT_CHARACTERS = 16;
/** What stands between these tags is not for reading. */
const UNREAD_ELEMENTS = ['style', 'script', 'title'];
const ENTITIES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['zwnj', ''],
  ['shy', ''],
]);

/** From the text, else from the HTML without its tags; white space folded; empty where both are. */
export function previewOf(text: string | null, html: string | null): string {
  const fromText = firstWords(text ?? '', fold);
  if (fromText !== '' || html === null) return fromText;
  return firstWords(html, (start) => fold(decodeEntities(withoutMarkup(start))));
}

/** As `words` finds them in all that may be looked at, but looks at a little first: that is nearly always enough. */
function firstWords(body: string, words: (start: string) => string): string {
  for (let characters = FIRST_LOOK_CHARACTERS; ; characters *= 8) {
    const start = body.slice(0, Math.min(characters, MAX_LOOKED_AT_CHARACTERS));
    const found = words(start);
    // Fewer may end where the look did, and not where they do.
    const isEnough = found.length > MAX_PREVIEW_CHARACTERS + CUT_CHARACTERS;
    if (isEnough || start.length === body.length || characters >= MAX_LOOKED_AT_CHARACTERS)
      return trimmed(found);
  }
}

function fold(text: string): string {
  // A control character in a list is at best invisible. Marks of width zero are what marketing mail pads its preview with.
  return text.replaceAll(/[\s\p{Cc}\u034f\u200b-\u200f\u2060\ufeff]+/gu, ' ').trim();
}

function trimmed(folded: string): string {
  const characters = folded.slice(0, MAX_PREVIEW_CHARACTERS);
  return (characters.isWellFormed() ? characters : characters.replace(/[\ud800-\udbff]$/, '')).trim();
}

/** One pass from tag to tag: linear, whatever is left open. */
function withoutMarkup(html: string): string {
  // Of ASCII only: other letters may be of another length in lower case, and nothing would be where it was found.
  const lower = html.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
  let kept = '';
  let position = 0;
  for (;;) {
    const tag = lower.indexOf('<', position);
    if (tag === -1) return kept + html.slice(position);
    kept += `${html.slice(position, tag)} `;
    const close = closingOf(lower, tag);
    const end = lower.indexOf(close, tag + 1);
    if (end === -1) return kept;
    position = end + close.length;
  }
}

/** What ends the markup that starts at `tag`. */
function closingOf(lower: string, tag: number): string {
  if (lower.startsWith('!--', tag + 1)) return '-->';
  const unread = UNREAD_ELEMENTS.find((name) => lower.startsWith(name, tag + 1));
  return unread === undefined ? '>' : `</${unread}>`;
}

function decodeEntities(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi,
    (entity, decimal, hex, name) => {
      if (typeof name === 'string') return ENTITIES.get(name.toLowerCase()) ?? entity;
      const codePoint = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal);
      const isCharacter = codePoint <= 0x10ffff && !(codePoint >= 0xd800 && codePoint <= 0xdfff);
      return isCharacter ? String.fromCodePoint(codePoint) : '';
    },
  );
}
