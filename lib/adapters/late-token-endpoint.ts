// The TokenEndpoint port, with what is behind it loaded when the first token is asked for: accounts with passwords never pay for it.

import type { TokenEndpoint } from '../ports/access.ts';

export function lateTokenEndpoint(): TokenEndpoint {
  let opened: Promise<TokenEndpoint> | undefined;
  const open = async (): Promise<TokenEndpoint> => {
    const { OAuth2TokenEndpoint } = await import('./oauth2-token-endpoint.ts');
    return new OAuth2TokenEndpoint();
  };
  return {
    issue: async (client, grant) => {
      opened ??= open();
      return await (await opened).issue(client, grant);
    },
  };
}
