// `proffer keys …` on the command line.

import { type Command, Option } from 'commander';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { KEY_KIND_NAMES } from '../gateway/keys/key-kinds.ts';
import type { NewKey } from './keys.ts';

/**
 * Adds them.
 * @param config of the environment
 * @param command runs one of them
 */
export function addKeys(
  program: Command,
  config: () => Config,
  command: (run: () => Promise<number>) => Promise<void>,
): void {
  const keys = program
    .command('keys')
    .description('Manage API keys.')
    .addHelpText(
      'after',
      `
Examples:
  proffer keys create "web shop" --kind write
  proffer keys list
  proffer keys rotate 3fa9c1d20b77
  proffer keys revoke 3fa9c1d20b77`,
    );
  keys
    .command('create [name]')
    .description('Make a key; the secret is printed once and never again.')
    .addOption(
      new Option('--kind <kind>', 'what it may do').choices(KEY_KIND_NAMES).default('write'),
    )
    .option('--name <name>', 'another way to say its name (default: its kind)')
    .option('--placements <a,b>', 'browser, device: what it may decide and report on')
    .option('--store <id>', 'device: store_id of its events')
    .option('--rate <n>', 'events a second, over all gateways')
    .option('--expires <duration>', 'when it ends, e.g. 90d')
    .addHelpText(
      'after',
      `
Examples:
  proffer keys create "web shop" --kind write
  proffer keys create "catalog of CI" --kind catalog
  proffer keys create --kind browser --name "web shop" --rate 500
  proffer keys create till-7 --kind device --placements till_screen --store s1 --expires 90d`,
    )
    .action((name: string | undefined, options: NewKey) =>
      command(async () => (await import('./keys.ts')).createKey(config(), name, options)),
    );
  keys
    .command('list')
    .description('List the keys that were not revoked, without their secrets.')
    .option('--all', 'revoked ones, too')
    .addHelpText('after', '\nExample:\n  proffer keys list --all')
    .action(({ all = false }: { all?: boolean }) =>
      command(async () => (await import('./keys.ts')).listKeys(config(), all)),
    );
  keys
    .command('rotate [id]')
    .description('Make another secret for a key; the old one is in force for a while beside it.')
    .option('--grace <duration>', 'how long the old one stays in force', '24h')
    .option('--tokens', 'another secret for the tokens of pages instead')
    .addHelpText(
      'after',
      `
Examples:
  proffer keys rotate 3fa9c1d20b77
  proffer keys rotate "web shop" --grace 1h
  proffer keys rotate --tokens`,
    )
    .action(
      (id: string | undefined, { grace, tokens = false }: { grace: string; tokens?: boolean }) =>
        command(async () => {
          const { rotateKey, rotateTokens } = await import('./keys.ts');
          if (tokens && id !== undefined) throw new SetupFault('a key or --tokens, not both');
          if (tokens) return rotateTokens(config());
          if (id === undefined)
            throw new SetupFault('which key? Its id or name (keys list), or --tokens');
          return rotateKey(config(), id, grace);
        }),
    );
  keys
    .command('revoke <id>')
    .description('Revoke a key; gateways refuse it within a second.')
    .addHelpText('after', '\nExample:\n  proffer keys revoke 3fa9c1d20b77')
    .action((id: string) =>
      command(async () => (await import('./keys.ts')).revokeKey(config(), id)),
    );
}
