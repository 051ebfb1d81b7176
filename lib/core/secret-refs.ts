// Every secret an account needs, by the name its key has in mailferry.yaml. Pure.

import type { Account, SecretRef } from './account.ts';

export interface NamedSecretRef {
  /** Such as `auth.password`. */
  readonly key: string;
  readonly ref: SecretRef;
}

export function secretRefsOf({ auth, clientCertificate, proxy }: Account): readonly NamedSecretRef[] {
  const refs: readonly (readonly [string, SecretRef | undefined])[] = [
    ...(auth.kind === 'password'
      ? ([['auth.password', auth.password]] as const)
      : ([
          ['auth.oauth2.clientSecret', auth.clientSecret],
          ['auth.oauth2.refreshToken', auth.refreshToken],
        ] as const)),
    ['clientCertificate.certificate', clientCertificate?.certificate],
    ['clientCertificate.key', clientCertificate?.key],
    ['proxy.password', proxy?.password],
  ];
  return refs.flatMap(([key, ref]) => (ref ? [{ key, ref }] : []));
}
