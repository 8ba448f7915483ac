// The commands about recommendations, as `main` declares them.

import { type Command, Option } from 'commander';
import type { EvaluateOptions } from './recommend-evaluate.ts';

const MODELS = ['for_you', 'similar', 'bought_together', 'next', 'trending', 'popular'];

/** @param command runs one; what it returns is the exit code */
export function addRecommending(
  program: Command,
  intoCallersFolder: () => void,
  command: (run: () => Promise<number>) => Promise<void>,
): void {
  program
    .command('recommend')
    .description('Look at how good recommendations are.')
    .addHelpText(
      'after',
      '\nExample:\n  proffer recommend evaluate --train train.txt.gz --test test.txt.gz',
    )
    .command('evaluate')
    .description('Learn from sessions, and find the next item of others; without servers.')
    .requiredOption('--train <file>', 'SessionId<TAB>ItemId<TAB>Time in seconds; .gz too')
    .requiredOption('--test <file>', 'likewise')
    .addOption(new Option('--model <model>').choices(MODELS).default('for_you'))
    .option('--k <n>', 'items of a list', '20')
    .option('--m <n>', 'for_you: newest sessions that are looked at', '500')
    .option('--neighbours <n>', 'for_you: of these, sessions that count', '100')
    .option('--last <n>', 'for_you: last items of a session that count', '3')
    .addOption(
      new Option('--rank <rank>', 'bought_together')
        .choices(['cosine', 'lift', 'confidence'])
        .default('cosine'),
    )
    .option('--min-support <n>', 'bought_together: sessions that hold both', '3')
    .option('--keep-current', 'the item that a session is at may be in its list')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      `
Each click of a test session but its last is a question: which item comes next? Sessions are baskets for
bought_together, and clicks are purchases for next; all models but for_you see the last item alone.

Examples:
  proffer recommend evaluate --train train.txt.gz --test test.txt.gz
  proffer recommend evaluate --train train.txt --test test.txt --model similar --k 10`,
    )
    .action((options: EvaluateOptions) =>
      command(async () => {
        intoCallersFolder();
        return (await import('./recommend-evaluate.ts')).evaluateRecommending(options);
      }),
    );
}
