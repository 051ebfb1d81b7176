// The ready app: one stack, from mailferry.yaml and what `-c name=value` says, checked by cdk-nag whenever it is synthesized.

import { existsSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import type { AppProps } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { loadConfig } from '../lib/config/load-config.ts';
import type { Account } from '../lib/core/account.ts';
import { readAppContext } from './app-context.ts';
import { ImporterStack } from './importer-stack.ts';

const DEFAULT_CONFIG = 'mailferry.yaml';

/**
 * @param props only for tests: the command line of CDK says where things are by its own ways
 * @throws CONFIG_UNREADABLE, CONFIG_INVALID
 */
export function createImporterApp(props: AppProps = {}): {
  readonly app: App;
  readonly stack: ImporterStack;
} {
  const app = new App(props);
  const { config, stackName, importer } = readAppContext((name) => app.node.tryGetContext(name) as unknown);
  const accounts = loadAccounts(config);
  // For no account and region in particular: it goes where the credentials of `cdk deploy` lead.
  const stack = new ImporterStack(app, stackName, {
    ...importer,
    ...(accounts === undefined ? {} : { accounts }),
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
}

/** Without a configuration file the accounts come later, by `mailferry accounts apply`. */
function loadAccounts(path: string | undefined): readonly Account[] | undefined {
  if (path !== undefined) return loadConfig(path).accounts;
  if (existsSync(DEFAULT_CONFIG)) return loadConfig(DEFAULT_CONFIG).accounts;
  console.error(`mailferry: there is no ${DEFAULT_CONFIG} here: the stack starts without accounts`);
  return undefined;
}
