// perdition, a POP3 proxy: a few capabilities of its own before the login, the backend's afterwards.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBehindProxy } from './behind-proxy.ts';
import { dovecot } from './dovecot.ts';
import { AS_NOBODY } from './private-view.ts';
import type { RealServer } from './real-server.ts';
import { serverSkip } from './server-packages.ts';
import type { Recipe, Setting } from './start-server.ts';
import { giveTo, NOBODY_UID, writeSystemAccounts } from './system-accounts.ts';

export const perdition: RealServer = {
  name: 'perdition',
  offers: { implicitTls: true, starttls: true, logins: ['USER'], announcesPipelining: true },
  cannotServe: {},
  skip: () => serverSkip('perdition') || dovecot.skip(),
  start: (options) => startBehindProxy(recipeFor, options),
};

function recipeFor(backendPort: number): Recipe {
  return {
    packages: 'perdition',
    tls: true,
    prepare: (setting) => prepare(setting, backendPort),
    command: () => [...AS_NOBODY, '/bin/sh', '-e', '/srv/start.sh'],
  };
}

async function prepare(setting: Setting, backendPort: number): Promise<void> {
  const { folder, password } = setting;
  await writeSystemAccounts(folder, [], password);
  await writeFile(join(folder, 'empty.conf'), '');
  await writeFile(join(folder, 'start.sh'), startScript(setting, backendPort));
  giveTo(NOBODY_UID, folder);
}

/** One process for each kind of TLS. */
function startScript({ port, tlsPort }: Setting, backendPort: number): string {
  const options = [
    '--no_daemon --bind_address 127.0.0.1 --username nobody --group nogroup --log_facility -',
    `--outgoing_server 127.0.0.1 --outgoing_port ${backendPort} --map_library= --no_lookup`,
    '--ssl_cert_file /srv/tls/server.pem --ssl_key_file /srv/tls/server.key --config_file /srv/empty.conf',
  ].join(' ');
  return `perdition ${options} --protocol POP3 --listen_port ${port} --ssl_mode tls_listen --pid_file /srv/pid &
perdition.pop3s ${options} --protocol POP3S --listen_port ${tlsPort} --ssl_mode ssl_listen --pid_file /srv/pid-tls &
wait
`;
}
