// What is known of the authorization servers that people have their mail at, as of November 2026. From the documents of their
// owners; when one of them moves, this is the file to change.
// Google: "OAuth 2.0 for iOS & Desktop Apps" (developers.google.com/identity/protocols/oauth2/native-app) and "OAuth 2.0
//   Mechanism" of Gmail (developers.google.com/workspace/gmail/imap/xoauth2-protocol). Its flow for devices has no scope for mail.
// Microsoft: "Authenticate an IMAP, POP or SMTP connection using OAuth" (learn.microsoft.com/exchange/client-developer/
//   legacy-protocols) and "Microsoft identity platform: device authorization grant" (learn.microsoft.com/entra/identity-platform).

export const PROVIDERS = ['google', 'microsoft'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

export interface Provider {
  readonly tokenUrl: string;
  readonly authorizationUrl: string | undefined;
  readonly deviceUrl: string | undefined;
  /** For a person's own mailbox; it includes the right to get refresh tokens. */
  readonly scope: string;
  /** For programs that act for themselves; `undefined` where POP3 has none. */
  readonly programScope: string | undefined;
}

/** Of a tenant's own, or `common`, `organizations`, `consumers`: tokens for whoever logs in. */
export const DEFAULT_TENANT = 'common';
export const TENANTS_OF_MANY: readonly string[] = ['common', 'organizations', 'consumers'];

const GOOGLE: Provider = {
  tokenUrl: 'https://oauth2.googleapis.com/token',
  authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
  deviceUrl: undefined,
  scope: 'https://mail.google.com/',
  programScope: undefined,
};

/** @param tenant of Microsoft Entra: its id, a domain of it, or one of `TENANTS_OF_MANY`; others have none */
export function providerNamed(name: ProviderName, tenant = DEFAULT_TENANT): Provider {
  switch (name) {
    case 'google':
      return GOOGLE;
    case 'microsoft': {
      const base = `https://login.microsoftonline.com/${tenant}/oauth2/v2.0`;
      return {
        tokenUrl: `${base}/token`,
        authorizationUrl: `${base}/authorize`,
        deviceUrl: `${base}/devicecode`,
        scope: 'https://outlook.office.com/POP.AccessAsUser.All offline_access',
        programScope: 'https://outlook.office365.com/.default',
      };
    }
  }
}
