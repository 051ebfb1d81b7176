// UTF-7 (RFC 2152), which mail of the nineties has and no browser decodes any more.

/** @param text one character an octet. What is no UTF-7 stays as it stands; never fails. */
export function decodeUtf7(text: string): string {
  return text.replaceAll(/\+([A-Za-z0-9+/]*)-?/g, (run, base64: string) => {
    if (base64 === '') return run === '+-' ? '+' : run;
    const octets = Buffer.from(base64, 'base64');
    const units = octets.subarray(0, octets.length - (octets.length % 2));
    return Buffer.from(units).swap16().toString('utf16le').toWellFormed();
  });
}

export function isUtf7(charset: string): boolean {
  return /^(?:unicode-1-1-|x-)?utf-?7$/i.test(charset);
}
