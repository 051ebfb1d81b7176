// Courier: both kinds of TLS, a login daemon beside it, and PIPELINING that is announced but not kept across the login.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeMaildir } from '../maildir.ts';
import type { RealServer } from './real-server.ts';
import { serverSkip } from './server-packages.ts';
import { startServer } from './start-server.ts';
import type { Recipe, Setting } from './start-server.ts';
import { giveTo, NOBODY_UID, writeSystemAccounts } from './system-accounts.ts';

export const courier: RealServer = {
  name: 'courier',
  offers: {
    implicitTls: true,
    starttls: true,
    logins: ['USER', 'PLAIN', 'LOGIN', 'CRAM-MD5'],
    announcesPipelining: true,
  },
  cannotServe: {},
  skip: () => serverSkip('courier'),
  start: (options) => startServer(RECIPE, options),
};

const RECIPE: Recipe = {
  packages: 'courier',
  tls: true,
  writable: ['/etc/courier'],
  prepare,
  command: () => ['/bin/sh', '-e', '/srv/start.sh'],
};

async function prepare(setting: Setting): Promise<void> {
  const { folder, users, mailboxes, password } = setting;
  await writeSystemAccounts(folder, [], password);
  await mkdir(join(folder, 'run/courier/authdaemon'), { recursive: true });
  await mkdir(join(folder, 'etc/courier/userdb'), { mode: 0o700 });
  await writeFile(join(folder, 'etc/courier/authdaemonrc'), LOGIN_DAEMON);
  await writeFile(join(folder, 'start.sh'), startScript(setting));
  for (const user of users) await writeMaildir(join(folder, 'home', user, 'Maildir'), mailboxes[user] ?? []);
  giveTo(NOBODY_UID, join(folder, 'home'));
}

const LOGIN_DAEMON = `authmodulelist="authuserdb"
authmodulelistorig="authuserdb"
daemons=3
authdaemonvar=/run/courier/authdaemon
DEBUG_LOGIN=0
DEFAULTOPTIONS=""
`;

/** Its own tools make the password hashes, one of which is the inner state of an HMAC. */
function startScript({ port, tlsPort, users, password }: Setting): string {
  const serve = '/usr/lib/courier/courier/courierpop3login /usr/lib/courier/courier/courierpop3d Maildir';
  const listen =
    '/usr/sbin/couriertcpd -address=127.0.0.1 -maxprocs=40 -maxperip=40 -nodnslookup -noidentlookup';
  return `umask 077
hash() { printf '%s\\n%s\\n' '${password}' '${password}' | userdbpw $1; }
for user in ${users.join(' ')}; do
  printf '%s\\tuid=${NOBODY_UID}|gid=${NOBODY_UID}|home=/srv/home/%s|mail=/srv/home/%s/Maildir|systempw=%s|hmac-md5pw=%s\\n' \\
    $user $user $user "$(hash -md5)" "$(hash -hmac-md5)" >> /etc/courier/userdb/users
done
makeuserdb
/usr/lib/courier/courier-authlib/authdaemond &
until [ -S /run/courier/authdaemon/socket ]; do sleep 0.05; done
export POP3AUTH="LOGIN PLAIN CRAM-MD5" POP3AUTH_TLS="LOGIN PLAIN CRAM-MD5" POP3_TLS_REQUIRED=0 MAILDIRPATH=Maildir
export COURIERTLS=/usr/bin/couriertls TLS_CERTFILE=/srv/tls/server.pem TLS_VERIFYPEER=NONE TLS_PROTOCOL=TLSv1.2++
POP3_STARTTLS=YES ${listen} -stderr=/srv/log -pid=/srv/pid ${port} ${serve} &
POP3_TLS=1 POP3_STARTTLS=NO ${listen} -stderr=/srv/log -pid=/srv/pid-tls ${tlsPort} /usr/bin/couriertls -server -tcpd ${serve} &
wait
`;
}
