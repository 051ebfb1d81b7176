// nginx as a mail proxy: it speaks for itself until the login, and passes on octets from there.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBehindProxy } from './behind-proxy.ts';
import { dovecot } from './dovecot.ts';
import { AS_NOBODY } from './private-view.ts';
import type { RealServer } from './real-server.ts';
import { serverSkip } from './server-packages.ts';
import type { Recipe, Setting } from './start-server.ts';
import { giveTo, NOBODY_UID, writeSystemAccounts } from './system-accounts.ts';

export const nginx: RealServer = {
  name: 'nginx',
  offers: {
    implicitTls: true,
    starttls: true,
    logins: ['USER', 'PLAIN', 'LOGIN'],
    announcesPipelining: true,
  },
  cannotServe: {},
  skip: () => serverSkip('nginx') || dovecot.skip(),
  start: (options) => startBehindProxy(recipeFor, options),
};

function recipeFor(backendPort: number): Recipe {
  return {
    packages: 'nginx',
    tls: true,
    prepare: (setting) => prepare(setting, backendPort),
    command: () => [...AS_NOBODY, '/usr/sbin/nginx', '-e', '/srv/log', '-c', '/srv/nginx.conf', '-p', '/srv'],
  };
}

async function prepare(setting: Setting, backendPort: number): Promise<void> {
  const { folder, password } = setting;
  await writeSystemAccounts(folder, [], password);
  await mkdir(join(folder, 'tmp'));
  await writeFile(join(folder, 'nginx.conf'), configuration(setting, backendPort));
  giveTo(NOBODY_UID, folder);
}

/** The http part is whom it asks about a login: it sends all of them on to the backend, which refuses wrong ones itself. */
function configuration({ port, tlsPort, ownPort }: Setting, backendPort: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path tmp;`,
  );
  return `load_module /usr/lib/nginx/modules/ngx_mail_module.so;
daemon off; pid pid; worker_processes 1; error_log log info;
events { worker_connections 256; }
http {
  access_log off; ${temporary.join(' ')}
  server {
    listen 127.0.0.1:${ownPort};
    location / {
      add_header Auth-Status OK; add_header Auth-Server 127.0.0.1; add_header Auth-Port ${backendPort};
      return 204;
    }
  }
}
mail {
  auth_http 127.0.0.1:${ownPort}/; server_name localhost; proxy_pass_error_message on;
  ssl_certificate tls/server.crt; ssl_certificate_key tls/server.key; ssl_protocols TLSv1.2 TLSv1.3;
  pop3_auth plain; pop3_capabilities TOP USER UIDL PIPELINING "EXPIRE 31 USER" "IMPLEMENTATION nginx";
  server { listen 127.0.0.1:${port}; protocol pop3; starttls on; }
  server { listen 127.0.0.1:${tlsPort} ssl; protocol pop3; }
}
`;
}
