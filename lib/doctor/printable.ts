// Words of a server or a certificate, fit for a terminal: a control character there is a command.

const MOST_CHARACTERS = 300;

export function toPrintable(text: string): string {
  const safe = text.replaceAll(/[^\x20-\x7e]/g, '?').trim();
  return safe.length > MOST_CHARACTERS ? `${safe.slice(0, MOST_CHARACTERS)}...` : safe;
}

/** `1 message`, `3 messages` */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
