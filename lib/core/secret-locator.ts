// What follows the colon of `secretsmanager:ID[#json-key]`. Pure.

export interface SecretsManagerLocator {
  /** A name or an ARN, which has colons of its own. */
  readonly id: string;
  /** The member of the secret's JSON object that is meant; `undefined` if the secret's whole text is. */
  readonly jsonKey: string | undefined;
}

/** The first `#` begins the key: neither names nor ARNs have one. */
export function splitSecretsManagerLocator(locator: string): SecretsManagerLocator {
  const at = locator.indexOf('#');
  if (at === -1) return { id: locator, jsonKey: undefined };
  return { id: locator.slice(0, at), jsonKey: locator.slice(at + 1) };
}
