// What is wrong with a stack before anything of it is deployed.

import { MailferryError } from '../lib/core/errors.ts';

/** @param hint what to do about it */
export function notDeployable(message: string, hint: string): MailferryError {
  return new MailferryError(message, { code: 'CONFIG_INVALID', scope: 'config', retryable: false, hint });
}
