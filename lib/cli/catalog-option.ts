// `--catalog`: how a command writes the rows of what it parses, whatever the configuration says.

import { Option } from 'commander';
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { CATALOG_FORMS } from '../core/catalog/catalog-key.ts';

export function addCatalogOption(command: Command): Command {
  const option = new Option(
    '--catalog <form>',
    'write the rows of the catalog in another form than configured',
  );
  return command.addOption(option.choices([...CATALOG_FORMS, 'none']));
}

export function withCatalog(config: Config, form: Config['catalog'] | undefined): Config {
  return form === undefined ? config : { ...config, catalog: form };
}
