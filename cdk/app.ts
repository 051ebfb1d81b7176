// What cdk.json runs:
//
//   npm run bundle && npx cdk deploy [-c config=FILE] [-c name=value] ...      see docs/deploy.md

import { MailferryError } from '../lib/core/errors.ts';
import { createImporterApp } from './importer-app.ts';

try {
  createImporterApp().app.synth();
} catch (error) {
  if (!(error instanceof MailferryError)) throw error;
  // What is wrong with the configuration is said without a stack trace.
  console.error(`mailferry: ${error.message}${error.hint === undefined ? '' : `\n  ${error.hint}`}`);
  // At once: otherwise CDK writes what there is of the stack, and has complaints of its own about it.
  process.exit(1);
}
