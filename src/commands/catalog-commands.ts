// The commands that ask a running service for its catalogs, as `main` declares them.

import type { Command } from 'commander';
import type { Config } from '../config.ts';
import type { ServiceOptions } from './catalog-access.ts';
import type { PublishOptions, SayingOptions } from './catalog-publish.ts';
import type { ShowOptions } from './catalog-versions.ts';

/**
 * Adds `publish`, `list`, `show`, `diff` and `rollback`.
 * @param command runs one; what it returns is the exit code
 */
export function addPublishedCatalogs(
  catalog: Command,
  config: () => Config,
  command: (run: () => Promise<number>) => Promise<void>,
): void {
  /** The commands that ask a running service for its catalogs. */
  const service = (name: string) =>
    catalog
      .command(name)
      .option('--url <url>', 'base address of the service (default: the one of this configuration)')
      .option('--key <key>', 'catalog or admin key (default: PROFFER_CATALOG_KEY, or the kept one)')
      .option('--json', 'print what the service answers');
  const publishing = (name: string) =>
    service(name)
      .option('--note <text>', 'why')
      .option('--author <name>', 'who (default: the name of the key)')
      .option('--expected <n>', 'only if this publication is current');
  publishing('publish <path>')
    .description('Publish a catalog: in effect everywhere within a second, without a restart.')
    .option('--dry-run', 'only say what it would do')
    .option('--force', 'even if its tests fail')
    .addHelpText(
      'after',
      `
Prints what changes; exits 1 when the catalog is refused, with every fault or failing test.

Examples:
  proffer catalog publish my-catalog --note "two for one on yoghurt" --author Ann
  proffer catalog publish my-catalog --dry-run
  PROFFER_CATALOG_KEY=$KEY proffer catalog publish my-catalog --url https://events.example.com`,
    )
    .action((path: string, options: PublishOptions) =>
      command(async () =>
        (await import('./catalog-publish.ts')).publishCatalog(config(), path, options),
      ),
    );
  service('list')
    .description('List what was published, newest first; the first is in effect.')
    .addHelpText('after', '\nExample:\n  proffer catalog list')
    .action((options: ServiceOptions) =>
      command(async () => (await import('./catalog-versions.ts')).listCatalogs(config(), options)),
    );
  service('show [publication] [file]')
    .description('Print what is said of a version and which files it has, or one of its files.')
    .option('--files <folder>', 'write its files into this folder, new or empty')
    .addHelpText(
      'after',
      `
Without a publication: what is in effect.

Examples:
  proffer catalog show
  proffer catalog show 7 offers.yaml
  proffer catalog show 7 --files as-it-was`,
    )
    .action((publication: string | undefined, file: string | undefined, options: ShowOptions) =>
      command(async () => {
        const what = [publication, file].filter((each) => each !== undefined);
        return (await import('./catalog-versions.ts')).showCatalog(config(), what, options);
      }),
    );
  service('diff [from] [to]')
    .description('Print what one version changes of another: publications, or files not published.')
    .addHelpText(
      'after',
      `
Without arguments: what the current publication changed of the one before it.

Examples:
  proffer catalog diff
  proffer catalog diff 6                what publication 6 changed of the one before it
  proffer catalog diff 6 8              what changed from 6 to 8
  proffer catalog diff my-catalog       what publishing it would change`,
    )
    .action((from: string | undefined, to: string | undefined, options: ServiceOptions) =>
      command(async () => {
        const sides = [from, to].filter((each) => each !== undefined);
        return (await import('./catalog-diff.ts')).diffCatalog(config(), sides, options);
      }),
    );
  publishing('rollback [publication]')
    .description('Publish an earlier version again: the newest that differs, or the one you name.')
    .addHelpText('after', '\nExamples:\n  proffer catalog rollback\n  proffer catalog rollback 6')
    .action((publication: string | undefined, options: SayingOptions) =>
      command(async () =>
        (await import('./catalog-publish.ts')).rollBackCatalog(config(), publication, options),
      ),
    );
}
