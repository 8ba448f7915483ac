import { expect, it } from 'vitest';
import type { HistorySink, InsertBlock, InsertOutcome } from '../../src/history/sinks/sink.ts';
import { insertBlocks, LeaseLost } from '../../src/history/writer/insert-blocks.ts';
import { Blocks, type Table } from '../../src/ledger/ledger-rows.ts';

/** Inserts wait until they are answered, by table. */
function answering(kind: HistorySink['kind']) {
  const open = new Map<Table, (outcome: InsertOutcome) => void>();
  const sent: InsertBlock[] = [];
  const sink = {
    kind,
    insert(block: InsertBlock) {
      sent.push(block);
      return new Promise<InsertOutcome>((answer) => open.set(block.table as Table, answer));
    },
  } as unknown as HistorySink;
  const answer = async (table: Table, outcome: InsertOutcome = { kind: 'inserted' }) => {
    open.get(table)!(outcome);
    open.delete(table);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { sink, sent, answer, tables: () => [...open.keys()] };
}

function threeTables(): Blocks {
  const blocks = new Blocks();
  const head = (id: number) => `{"partition":0,"ledger_id":${id},"ordinal":0,"received_at":0,`;
  for (const table of ['events', 'firings', 'decisions'] as const) {
    for (const id of [1, 2]) blocks.add(table, 202611, `${head(id)}"table":"${table}"}`);
  }
  return blocks;
}

const UNKNOWN: InsertOutcome = { kind: 'unknown', cause: new Error('no answer') };

it('inserts the blocks of a batch side by side on a server, each under an id of its own', async () => {
  const { sink, sent, answer, tables } = answering('server');
  const outcome = insertBlocks(sink, threeTables(), 'q', () => true);
  expect(tables()).toEqual(['events', 'firings', 'decisions']);
  for (const table of tables()) await answer(table);
  expect(await outcome).toEqual({ kind: 'written', refused: 0 });
  expect(new Set(sent.map(({ queryId }) => queryId)).size).toBe(3);
});

it('inserts them one after the other into the embedded engine', async () => {
  const { sink, answer, tables } = answering('embedded');
  const outcome = insertBlocks(sink, threeTables(), 'q', () => true);
  for (const table of ['events', 'firings', 'decisions'] as const) {
    expect(tables()).toEqual([table]);
    await answer(table);
  }
  expect(await outcome).toEqual({ kind: 'written', refused: 0 });
});

it('is unknown when one is, and only when the others have ended', async () => {
  const { sink, answer } = answering('server');
  let ended = false;
  const outcome = insertBlocks(sink, threeTables(), 'q', () => true).finally(() => {
    ended = true;
  });
  await answer('firings', UNKNOWN);
  await answer('decisions');
  expect(ended).toBe(false);
  await answer('events');
  expect(await outcome).toEqual(UNKNOWN);
});

it('begins nothing once the lease is lost, and says so when nothing else is unknown', async () => {
  const { sink, sent, answer } = answering('server');
  let asked = 0;
  const outcome = insertBlocks(sink, threeTables(), 'q', () => asked++ < 1);
  expect(sent.map(({ table }) => table)).toEqual(['events']);
  await answer('events');
  expect(await outcome).toEqual({ kind: 'unknown', cause: new LeaseLost() });
});

it('says that an outcome is unknown rather than that the lease is lost', async () => {
  const { sink, answer } = answering('server');
  let asked = 0;
  const outcome = insertBlocks(sink, threeTables(), 'q', () => asked++ < 1);
  await answer('events', UNKNOWN);
  expect(await outcome).toEqual(UNKNOWN);
});

it('takes a refused block apart while the others go on, and writes what is refused at the end', async () => {
  const { sink, sent, answer, tables } = answering('server');
  const outcome = insertBlocks(sink, threeTables(), 'q', () => true);
  const refused: InsertOutcome = { kind: 'refused', code: 53, reason: 'no', row: 1 };
  await answer('firings', refused);
  await answer('firings');
  await answer('firings', refused);
  await answer('events');
  expect(tables()).toEqual(['decisions']);
  await answer('decisions');
  expect(tables()).toEqual(['rejected']);
  await answer('rejected');
  expect(await outcome).toEqual({ kind: 'written', refused: 1 });
  expect(sent.at(-1)!.rows).toEqual([expect.stringContaining('"ledger_id":2,')]);
});
