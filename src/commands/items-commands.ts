// The commands about items, as `main` declares them.

import { type Command, Option } from 'commander';
import type { Config } from '../config.ts';
import type { ItemsImportOptions } from './items-import.ts';

/** @param command runs one; what it returns is the exit code */
export function addItems(
  program: Command,
  config: () => Config,
  command: (run: () => Promise<number>) => Promise<void>,
): void {
  program
    .command('items')
    .description('Say what the shop sells.')
    .addHelpText('after', '\nExample:\n  proffer items import products.csv')
    .command('import <file...>')
    .description('Declare the items of CSV or JSONL files (.gz too, - is standard input).')
    .option('--url <url>', 'base address of the service (default: the one of this configuration)')
    .option('--key <key>', 'catalog or admin key (default: PROFFER_CATALOG_KEY, or the kept one)')
    .addOption(
      new Option('--format <format>', 'where the name does not say it').choices(['csv', 'jsonl']),
    )
    .option('--map <column=field>', 'which column is which field; may be repeated', also)
    .option('--no-properties', 'leave out columns that are no field')
    .option('--delimiter <char>', 'of CSV (default: what separates the header), e.g. ; or tab')
    .option('--encoding <name>', 'of the file (default: utf-8), e.g. latin1')
    .option('--decimal <mark>', 'before the decimals of prices: . or , (default: what each says)')
    .option('--max-errors <n>', 'stop when more lines than this cannot be used', '100')
    .option('--dry-run', 'only say what it would do')
    .option('--json', 'print the counts as JSON')
    .addHelpText(
      'after',
      `
Columns are known by their names: itemId, name, category, brand, price, inStock, tags, accessories, starts, ends,
and what Google Merchant, Shopify, WooCommerce and Magento call them (id, sku, title, product_type, vendor,
availability, …). All others are properties. Lines that cannot be used are told with their number and left out;
the exit code is 1 then. Importing the same again changes nothing.

Examples:
  proffer items import --dry-run products.csv
  proffer items import --map artikel=itemId --map preis=price --encoding latin1 artikel.csv
  gzip -dc feed.jsonl.gz | proffer items import --format jsonl -
  PROFFER_CATALOG_KEY=$KEY proffer items import --url https://events.example.com products.csv.gz`,
    )
    .action((files: string[], options: ItemsImportOptions) =>
      command(async () =>
        (await import('./items-import.ts')).importItemFiles(config(), files, options),
      ),
    );
}

function also(one: string, before: readonly string[] = []): readonly string[] {
  return [...before, one];
}
