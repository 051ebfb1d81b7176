// The ready app: one stack, from mailferry.yaml and what the context says, checked by cdk-nag whenever it is synthesized. Says what
// it has understood: a file that is not found, or a choice that was made in another shell, must not go unnoticed.

import { existsSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import type { AppProps } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Config } from '../lib/config/config.ts';
import { loadConfig } from '../lib/config/load-config.ts';
import type { Account } from '../lib/core/account.ts';
import { readAppContext } from './app-context.ts';
import type { AppContext } from './app-context.ts';
import { ImporterStack } from './importer-stack.ts';
import { notDeployable } from './not-deployable.ts';

/** As a path of the configuration: there are no accounts in this deployment, and those of the last are taken out. */
const NO_CONFIG = 'none';

/**
 * @param props only for tests: the command line of CDK says where things are by its own ways
 * @throws CONFIG_UNREADABLE, CONFIG_INVALID
 */
export function createImporterApp(props: AppProps = {}): {
  readonly app: App;
  readonly stack: ImporterStack;
} {
  const app = new App(props);
  const context = readAppContext(app.node.getAllContext() as Readonly<Record<string, unknown>>);
  const { accounts, catalog } = loadWhatIsDeployed(context.config);
  // For no account and region in particular: it goes where the credentials of `cdk deploy` lead.
  const stack = new ImporterStack(app, context.stackName, {
    ...context.importer,
    accounts,
    catalogRows: catalog !== 'none',
    deployment: new Date().toISOString(),
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  tell(context, accounts);
  return { app, stack };
}

/** @throws CONFIG_INVALID where there is none: to deploy without it would take every account out of the schedules */
function loadWhatIsDeployed(path: string): Pick<Config, 'accounts' | 'catalog'> {
  if (path === NO_CONFIG) return { accounts: [], catalog: 'ndjson' };
  if (existsSync(path)) return loadConfig(path);
  throw notDeployable(
    `there is no ${path} here, and the accounts that were deployed from it would be polled no longer`,
    'name it with -c config=FILE; or say -c config=none to deploy without accounts, and to take out those deployed before',
  );
}

function tell({ config, stackName, chosen }: AppContext, accounts: readonly Account[]): void {
  const count = accounts.length === 1 ? '1 account' : `${accounts.length} accounts`;
  const from = config === NO_CONFIG ? 'without a configuration' : `of ${config}`;
  const choices = chosen.length === 0 ? 'everything else as it is by default' : chosen.join(' ');
  console.error(`mailferry: stack ${stackName}, ${count} ${from}; ${choices}`);
}
