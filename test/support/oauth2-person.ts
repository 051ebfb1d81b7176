// The person at the browser: goes where she is sent, logs in, agrees, and ends where the authorization server sends her last.

import { PERSON } from './oauth2-server.ts';

const MAX_STEPS = 20;

/**
 * @param url to open first
 * @param userCode to type in where one is asked for
 * @returns the address of the first page that is not the authorization server’s, fetched; or its last page’s
 */
export async function logInAsPerson(url: string, userCode?: string): Promise<{ url: string; page: string }> {
  const cookies = new Map<string, string>();
  const home = new URL(url).origin;
  let next: { url: string; form?: URLSearchParams } = { url };
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const response = await fetch(next.url, {
      method: next.form === undefined ? 'GET' : 'POST',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      redirect: 'manual',
      ...(next.form !== undefined && { body: next.form }),
    });
    const page = await response.text();
    if (new URL(next.url).origin !== home) return { url: next.url, page };
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const form = location === null ? formIn(page, next.url, userCode) : undefined;
    if (location !== null) next = { url: new URL(location, next.url).href };
    else if (form !== undefined) next = form;
    else return { url: next.url, page };
  }
  throw new Error(`after ${MAX_STEPS} steps she is still at ${next.url}`);
}

/** The form of a page, filled in; `undefined` on a page that asks nothing. */
function formIn(
  page: string,
  url: string,
  userCode: string | undefined,
): { url: string; form: URLSearchParams } | undefined {
  const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
  if (action === undefined) return undefined;
  const form = new URLSearchParams();
  for (const [input] of page.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(input)?.[1];
    if (name !== undefined) form.set(name, /value="([^"]*)"/.exec(input)?.[1] ?? '');
  }
  if (form.has('login')) form.set('login', PERSON);
  if (form.has('password')) form.set('password', 'any');
  if (form.has('user_code') && form.get('user_code') === '') form.set('user_code', userCode ?? '');
  if (/id="op\.deviceConfirmForm"/.test(page)) form.set('confirm', 'yes');
  return { url: new URL(action, url).href, form };
}
