// What mailparser loads and, as it is used here, never calls: it makes text of HTML and links of addresses in text, and only its
// reader of addresses is wanted (lib/parse/addresses.ts). A quarter of the worker's start, and the code that
// hostile HTML would be let loose on. Were any of it called nevertheless, the message would fail, loudly, as `parser-error`.

import type { Plugin } from 'esbuild';

const NEVER = "const never=()=>{throw new Error('this was left out of the bundle')};";

/** By name of the package: a module in its place. What mailparser calls while it loads has to be there. */
const STAND_INS = new Map([
  ['html-to-text', `${NEVER}export const htmlToText=never;`],
  [
    'linkify-it',
    `${NEVER}const none={tlds:()=>none,add:()=>none,set:()=>none,pretest:never,match:never};export default()=>none;`,
  ],
  ['tlds', 'module.exports=[];'],
]);

export const leftOutOfWorker: Plugin = {
  name: 'left-out-of-worker',
  setup: (build) => {
    build.onResolve({ filter: /^[a-z-]+$/ }, ({ path }) =>
      STAND_INS.has(path) ? { path, namespace: 'left-out' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({
      contents: STAND_INS.get(path) ?? '',
    }));
  },
};
