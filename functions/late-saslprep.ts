// SASLprep (RFC 4013) is for names and passwords that are not ASCII, and few are. Its tables take 7 MB and 20 ms to unfold, and
// the package unfolds them as soon as it is loaded. In a bundle it is loaded with the first text that needs it.

import type { Plugin } from 'esbuild';

const PACKAGE = '@mongodb-js/saslprep';

/** What a bundle calls: loads the package, of which esbuild makes a function, and hands on to it. */
const LATE = `
let saslprepOfPackage;
export function saslprep(text, options) {
  saslprepOfPackage ??= require('${PACKAGE}');
  return saslprepOfPackage(text, options);
}`;

export const lateSaslprep: Plugin = {
  name: 'late-saslprep',
  setup: (build) => {
    build.onResolve({ filter: /^@mongodb-js\/saslprep$/ }, ({ path, kind }) =>
      kind === 'require-call' ? undefined : { path, namespace: 'late' },
    );
    build.onLoad({ filter: /./, namespace: 'late' }, () => ({
      contents: LATE,
      resolveDir: import.meta.dirname,
    }));
  },
};
