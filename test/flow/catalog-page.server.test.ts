// docs/catalog.md, tried: every file is saved and every command typed, in order, beside a real service,
// and every answer on the page is the one that comes. Only ports differ, and what clock and chance make.
// PROFFER_WRITE_PAGE=1 puts the answers of a run onto the page instead.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PageBlock, pageBlocks, withAnswers, withoutChance } from '../docs/page-blocks.ts';
import { waitFor } from '../support/conditions.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { layMigratedHistory } from '../support/migrated-history.ts';
import { Terminal } from '../support/terminal.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = join(ROOT, 'docs/catalog.md');
const page = readFileSync(PAGE, 'utf8');
const blocks = pageBlocks(page);
const written = process.env.PROFFER_WRITE_PAGE === '1' ? new Map<number, string>() : null;

let folder: string;
let env: Readonly<Record<string, string>>;
let terminal: Terminal;
/** Those in which something goes on, the one that was opened last at the end. */
const open: Terminal[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-catalog-page-'));
  for (const name of ['dist', 'examples']) symlinkSync(join(ROOT, name), join(folder, name));
  layMigratedHistory(join(folder, 'data/clickhouse'));
  const [port, sqlPort] = await freshPorts(2);
  env = { PROFFER_PORT: String(port), PROFFER_SQL_PORT: String(sqlPort) };
  terminal = new Terminal(folder, env);
});
afterAll(async () => {
  for (const each of [...open, terminal]) await each?.end();
  await rm(folder, { recursive: true, force: true });
  if (written !== null) writeFileSync(PAGE, withAnswers(page, written));
});

/** As it is typed here: without npm, which would look whether all is built. */
function here(script: string): string {
  return script
    .replaceAll('npm run -s proffer --', 'node dist/main.js')
    .replaceAll('npm start', 'node dist/main.js up')
    .replaceAll(':8080', `:${env.PROFFER_PORT}`);
}

/** Puts an answer onto the page, unless only chance makes it another. */
function write({ line, text }: PageBlock, answer: string): void {
  if (withoutChance(answer).trimEnd() !== withoutChance(text).trimEnd()) written!.set(line, answer);
}

function asOnThePage(shown: string): string {
  return shown.replaceAll(`:${env.PROFFER_PORT}`, ':8080');
}

async function openTerminal(script: string): Promise<void> {
  const isService = script.includes('npm start');
  if (isService) for (const each of open.splice(0)) await each.end();
  const opened = new Terminal(folder, env);
  open.push(opened);
  opened.type(here(script));
  const ready = isService ? 'Ctrl-C stops it.' : 'watching';
  await waitFor(ready, () => opened.shown.includes(ready));
}

/** Whether the lines are shown, in this order, others between them. */
function hasLines(shown: string, lines: string): boolean {
  const found = withoutChance(asOnThePage(shown)).split('\n');
  let from = 0;
  return withoutChance(lines)
    .split('\n')
    .every((line) => {
      from = found.indexOf(line, from) + 1;
      return from > 0;
    });
}

async function answered(script: string, answer: PageBlock | null): Promise<void> {
  const run = async () => asOnThePage(await terminal.run(here(script)));
  const isHistory = script.includes('SELECT');
  if (written !== null && answer !== null) {
    // It follows some seconds later.
    if (isHistory) await new Promise((resolve) => setTimeout(resolve, 5_000));
    write(answer, await run());
    return;
  }
  await expect
    .poll(async () => withoutChance(await run()), {
      timeout: isHistory ? 30_000 : 1,
      interval: 300,
    })
    .toBe(withoutChance(answer?.text ?? ''));
}

async function shown(on: Terminal, answer: PageBlock): Promise<void> {
  if (written === null) {
    await waitFor(`line ${answer.line}`, () => hasLines(on.shown, answer.text)).catch((error) => {
      throw new Error(`${answer.text}\nis not shown:\n${on.shown}`, { cause: error });
    });
    return;
  }
  const end = /watching|\d passed, \d+ failed\n|is not published|publication \d+ is/;
  await waitFor('an answer', () => end.test(on.shown) && on.shown.endsWith('\n'));
  const told = asOnThePage(on.shown).split('\n');
  const lines = told.filter((text) => text !== '' && !text.includes('"name":"gateway"'));
  write(answer, `${lines.join('\n')}\n`);
}

async function tryBlock(block: PageBlock, next: PageBlock | undefined): Promise<void> {
  const answer = next?.kind === 'answer' ? next : null;
  if (block.kind === 'file') {
    const path = join(folder, block.path);
    mkdirSync(dirname(path), { recursive: true });
    open.at(-1)?.clear();
    writeFileSync(path, block.text);
    if (answer !== null) await shown(open.at(-1)!, answer);
    return;
  }
  if (/npm start|--watch/.test(block.text)) {
    await openTerminal(block.text);
    if (answer !== null) await shown(open.at(-1)!, answer);
    return;
  }
  await answered(block.text, answer);
}

it('has answers to try', () => {
  expect(blocks.filter(({ kind }) => kind === 'answer').length).toBeGreaterThan(20);
});

let broken = false;
for (const [i, block] of blocks.entries()) {
  if (block.kind === 'answer') continue;
  it(`line ${block.line}: ${block.text.split('\n', 1)}`, async ({ skip }) => {
    // Every block builds on those before.
    if (broken) skip();
    broken = true;
    await tryBlock(block, blocks[i + 1]);
    broken = false;
  });
}
