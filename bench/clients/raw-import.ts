// `raw-import.ts DIST CONFIG`: what `mailferry import` does, of the build in DIST, without parsing. For a folder there is no such
// setting, because mail that is never parsed is of no use to most; for a comparison with clients that do not parse there has to be.

import { builtLibrary } from './built-library.ts';

const [dist = '', configFile = ''] = process.argv.slice(2);
const { loadConfig, openArchive, importAccount } = await builtLibrary(dist);

const config = loadConfig(configFile);
const archive = await openArchive({ ...config, parsing: 'stack' });
try {
  const never = new AbortController().signal;
  for (const account of config.accounts) {
    const run = await importAccount(account, archive.ports, { stop: never, abort: never });
    const { outcome, errors, counts } = run;
    console.log(JSON.stringify({ outcome, errors, counts }));
    if (outcome !== 'complete') process.exitCode = 1;
  }
} finally {
  await archive.close();
}
