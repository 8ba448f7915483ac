#!/usr/bin/env node
// The command line. Each command's parts are loaded only when it runs: a gateway must not pay for
// ClickHouse's engine, nor `--help` for anything.

import { Command, Option } from 'commander';
import type { AuditOptions } from './commands/audit.ts';
import { inCallersFolder } from './commands/callers-folder.ts';
import { addPublishedCatalogs } from './commands/catalog-commands.ts';
import { outliveReaders } from './commands/closed-output.ts';
import { addItems } from './commands/items-commands.ts';
import { addKeys } from './commands/key-commands.ts';
import { addRecommending } from './commands/recommend-commands.ts';
import { tellSupervisor } from './commands/role-process.ts';
import type { VerifyOptions } from './commands/verify.ts';
import { allowsPrivate, readConfig } from './config.ts';
import { SetupFault, TransientFault, Unavailable } from './errors.ts';
import { versionOf } from './ops/version.ts';

outliveReaders();

const program = new Command('proffer')
  .description('Real-time personalization: an event comes in, the next best offer goes out.')
  .version(versionOf(), '-V, --version', 'print the version')
  .showHelpAfterError()
  .addHelpText(
    'after',
    `
Settings come from the environment (README, Configuration), e.g. PROFFER_PORT, PROFFER_DATA_DIR.

Examples:
  proffer up                                       everything on this machine, supervised
  proffer catalog validate examples/retail         every fault with file, line and column
  proffer catalog test examples/retail             its examples that must hold
  proffer sql "SELECT count() FROM events"         ask history`,
  );

program
  .command('up')
  .description('Run everything: Redis, gateways, worker with embedded ClickHouse.')
  .addHelpText(
    'after',
    `
Examples:
  proffer up
  PROFFER_GATEWAYS=2 PROFFER_CATALOG=./catalog proffer up
  REDIS_URL=redis://10.0.0.5:6379 CLICKHOUSE_URL=http://10.0.0.6:8123 proffer up`,
  )
  .action(() => command(async () => (await import('./commands/run-up.ts')).runUpCommand(config())));

program
  .command('gateway')
  .description('Run one gateway process (REDIS_URL is required; several may share a port).')
  .addHelpText('after', '\nExample:\n  REDIS_URL=redis://10.0.0.5:6379 proffer gateway')
  .action(() =>
    command(async () => (await import('./commands/run-gateway.ts')).runGatewayCommand(config())),
  );

program
  .command('worker')
  .description('Run one worker process: the ledger goes to history.')
  .addHelpText('after', '\nExample:\n  REDIS_URL=redis://10.0.0.5:6379 proffer worker')
  .action(() =>
    command(async () => (await import('./commands/run-worker.ts')).runWorkerCommand(config())),
  );

const catalog = program
  .command('catalog')
  .description('Check catalogs, publish them into the running service, look back and go back.')
  .addHelpText(
    'after',
    `
Examples:
  proffer catalog validate examples/retail
  proffer catalog publish my-catalog --note "two for one on yoghurt"
  proffer catalog rollback`,
  );
catalog
  .command('validate [path]')
  .description('Check a catalog; prints every fault and warning, exits 1 when there is a fault.')
  .option('--strict', 'warnings and failing tests are faults')
  .addHelpText(
    'after',
    `
Examples:
  proffer catalog validate examples/retail
  proffer catalog validate --strict my-catalog

Without a path: the one in PROFFER_CATALOG, which is examples/retail unless it is set.`,
  )
  .action((path: string | undefined, { strict = false }: { strict?: boolean }) =>
    command(async () =>
      (await import('./commands/catalog-validate.ts')).validateCatalog(
        catalogPath(path),
        strict,
        process,
        path === undefined,
        allowsPrivate(config()),
      ),
    ),
  );

catalog
  .command('test [path]')
  .description('Run the tests of a catalog through the engine; exits 1 when one fails.')
  .option('--watch', 'again after each save, until Ctrl-C')
  .addHelpText(
    'after',
    `
Examples:
  proffer catalog test examples/retail
  proffer catalog test --watch my-catalog

Without a path: the one in PROFFER_CATALOG, which is examples/retail unless it is set.`,
  )
  .action((path: string | undefined, { watch = false }: { watch?: boolean }) =>
    command(async () => {
      const { testCatalog, testOnSave } = await import('./commands/catalog-test.ts');
      const folder = catalogPath(path);
      if (path === undefined) process.stderr.write(`testing ${folder}\n`);
      if (!watch) return testCatalog(folder);
      const { listenForStop } = await import('./ops/stop-signals.ts');
      return testOnSave(folder, listenForStop().first);
    }),
  );
addPublishedCatalogs(catalog, () => inCallersFolder(config()), command);

program
  .command('replay <file>')
  .description('Send a file of real behaviour through the running service (.gz too).')
  .addOption(
    new Option('--format <format>', 'what the file is')
      .choices(['cdnow', 'jsonl'])
      .makeOptionMandatory(),
  )
  .option('--url <url>', 'base address of the service (default: the one of this configuration)')
  .option('--key <key>', 'admin key (default: the kept one)')
  .option('--no-decide', 'only update states')
  .option('--senders <n>', 'batches in flight', '4')
  .addHelpText(
    'after',
    `
Examples:
  proffer replay --format cdnow CDNOW_master.txt.gz
  proffer replay --format jsonl --url https://events.example.com --key $KEY events.jsonl`,
  )
  .action((file: string, options) =>
    command(async () => (await import('./commands/replay.ts')).replayFile(config(), file, options)),
  );

program
  .command('customer')
  .description('Look at customers.')
  .addHelpText('after', '\nExample:\n  proffer customer show u1')
  .command('show <id>')
  .description('Print what is known of a customer, as JSON.')
  .option('--words', 'for people to read')
  .option('--offers', 'also what the customer would be offered now, and why nothing else')
  .addHelpText(
    'after',
    `
Examples:
  proffer customer show u1
  proffer customer show --words --offers phone:+8613800138000
  proffer customer show anonymous:a1`,
  )
  .action((id: string, options: { words?: boolean; offers?: boolean }) =>
    command(async () =>
      (await import('./commands/customer-show.ts')).showCustomer(config(), id, options),
    ),
  );

program
  .command('sql <query>')
  .description('Ask history; read-only.')
  .option('--format <format>', 'ClickHouse output format', 'PrettyCompactMonoBlock')
  .addHelpText(
    'after',
    `
Examples:
  proffer sql "SELECT event, count() FROM events GROUP BY event"
  proffer sql --format CSVWithNames "SELECT * FROM decisions LIMIT 10" > decisions.csv`,
  )
  .action((query: string, options: { format: string }) =>
    command(async () =>
      (await import('./commands/sql.ts')).askSql(config(), query, options.format),
    ),
  );

program
  .command('audit')
  .description(
    'Who looked at customers, merged them, published, imported, changed keys; read-only.',
  )
  .option('--customer <name>', 'only about this customer: any of the names')
  .option('--since <duration>', 'only what was later than so long ago, e.g. 7d')
  .option('--format <format>', 'ClickHouse output format', 'PrettyCompactMonoBlock')
  .addHelpText(
    'after',
    `
Examples:
  proffer audit --since 7d
  proffer audit --customer phone:+8613800138000

Prints the latest 1,000 rows. Asking about a customer looks the names up, which leaves a row, too.`,
  )
  .action((options: AuditOptions) =>
    command(async () => (await import('./commands/audit.ts')).askAudit(config(), options)),
  );

program
  .command('explain [decision]')
  .description('Say what a decision was made of, and whether it comes out the same again.')
  .option('--all', 'step all of history again and count what comes out the same')
  .addHelpText(
    'after',
    `
Examples:
  proffer explain 01a22b85-9108-8c95-84f8-ba148cfb0843
  proffer explain --all`,
  )
  .action((decision: string | undefined, { all = false }: { all?: boolean }) =>
    command(async () => {
      const { explainAll, explainDecision } = await import('./commands/explain.ts');
      if (all && decision !== undefined) throw new SetupFault('an id or --all, not both');
      if (all) return explainAll(config());
      if (decision === undefined)
        throw new SetupFault('which decision? Its id (history has it within seconds), or --all');
      return explainDecision(config(), decision);
    }),
  );

program
  .command('verify')
  .description('Compare ledger, history and states; exits 1 when they differ.')
  .option('--wait <seconds>', 'wait so long for history to catch up first', '60')
  .option('--sample <percent>', 'look at a part of the partitions only, e.g. 5%')
  .option('--seed <n>', 'draws the sample (default: any; it is printed)')
  .option('--resume', 'go on where an interrupted run stopped')
  .option('--state <file>', 'where progress is kept (default: verify.json in the data directory)')
  .option('--repair', 'make history what the ledger says, as far as the ledger still has it')
  .option('--dry-run', 'with --repair: only say what it would do')
  .addHelpText(
    'after',
    `
Examples:
  proffer verify
  proffer verify --sample 5% --seed 7
  proffer verify --resume
  proffer verify --repair --dry-run`,
  )
  .action((options: VerifyOptions) =>
    command(async () => (await import('./commands/verify.ts')).verifyHistory(config(), options)),
  );

addKeys(program, config, command);
addItems(program, () => inCallersFolder(config()), command);
addRecommending(program, () => inCallersFolder(config()), command);

/** The catalog that is looked at: as it was typed, or the one of the configuration. */
function catalogPath(path: string | undefined): string {
  const given = config();
  if (path === undefined) return given.PROFFER_CATALOG;
  inCallersFolder(given);
  return path;
}

function config() {
  return readConfig(process.env);
}

/** Runs a command; what it returns is the exit code. A fault of the set-up is one line. */
async function command(run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    // What a command needs may be in a part of Redis that is away.
    if (!(error instanceof SetupFault || error instanceof Unavailable)) throw error;
    const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    const message = `${error.message}${cause}`;
    // A supervisor tells its operator itself; without one, this is the place.
    if (process.send === undefined) process.stderr.write(`proffer: ${message}\n`);
    else tellSupervisor({ kind: 'fault', message, transient: isTransient(error) });
    process.exitCode = 1;
  } finally {
    // An open channel to the supervisor would keep an ended role alive.
    if (process.connected) process.disconnect();
  }
}

/** Whether the same start can succeed later. */
function isTransient(error: unknown): boolean {
  return error instanceof TransientFault || error instanceof Unavailable;
}

await program.parseAsync();
