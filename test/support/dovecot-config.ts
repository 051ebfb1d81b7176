// The configuration of one throwaway Dovecot 2.3: every path below one folder, loopback only, no privileges.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export interface DovecotSettings {
  /** Holds everything the server reads and writes. */
  readonly folder: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly user: string;
  readonly password: string;
  /** Of the same password. */
  readonly otherUsers: readonly string[];
  /** `no`: STLS is neither offered nor accepted, and nothing listens on `tlsPort`. */
  readonly tls: 'yes' | 'no';
  /** Only one session at a time may have the maildrop open (RFC 1939 section 4). */
  readonly lockSessions: boolean;
  /** The identity every process of the server has. */
  readonly uid: number;
  /** The primary group of `uid`. */
  readonly gid: number;
}

/** A line for each user. The plain scheme lets every login mechanism be derived from it. */
export function passwordFile({ user, otherUsers, password }: DovecotSettings): string {
  return [user, ...otherUsers].map((name) => `${name}:{PLAIN}${password}::::::\n`).join('');
}

/** The text of dovecot.conf. */
export function dovecotConfig(settings: DovecotSettings): string {
  const { folder, uid, gid, lockSessions } = settings;
  return `
base_dir = ${join(folder, 'run')}
state_dir = ${join(folder, 'state')}
log_path = ${join(folder, 'dovecot.log')}
info_log_path = ${join(folder, 'dovecot.log')}
log_timestamp = "%Y-%m-%d %H:%M:%S.%{usecs} "
protocols = pop3
listen = 127.0.0.1
default_internal_user = ${accountName('-un', uid)}
default_internal_group = ${accountName('-gn', uid)}
default_login_user = ${accountName('-un', uid)}
mail_location = maildir:${join(folder, 'mail/%u/Maildir')}
mail_uid = ${uid}
mail_gid = ${gid}
first_valid_uid = 1
first_valid_gid = 1
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_chars =
auth_failure_delay = 0
protocol pop3 {
  pop3_lock_session = ${lockSessions ? 'yes' : 'no'}
}
${tlsConfig(settings)}
passdb {
  driver = passwd-file
  args = ${join(folder, 'passwd')}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${join(folder, 'mail/%u')}
}
${serviceConfig(settings)}
`;
}

function tlsConfig({ folder, tls }: DovecotSettings): string {
  if (tls === 'no') return 'ssl = no';
  return `ssl = yes
ssl_cert = <${join(folder, 'server.crt')}
ssl_key = <${join(folder, 'server.key')}
ssl_min_protocol = TLSv1.2`;
}

// Without privileges nothing can chroot; without the penalty listener a refused login is answered at once.
function serviceConfig({ port, tlsPort, tls }: DovecotSettings): string {
  return `service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = ${port}
  }
  inet_listener pop3s {
    port = ${tls === 'yes' ? tlsPort : 0}
    ssl = yes
  }
}
service stats {
  chroot =
}`;
}

function accountName(flag: '-un' | '-gn', uid: number): string {
  return execFileSync('id', [flag, String(uid)], { encoding: 'utf8' }).trim();
}
