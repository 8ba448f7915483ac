// What the crowd's tables of a shop hold of memory, in a process of their own: nothing else comes and goes
// there. Prints JSON.
//
//   node --import tsx bench/support/crowd-memory.ts items sessions

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { learnedShop, type Shop } from './crowd-shop.ts';
import { usedBytes } from './held-bytes.ts';

export interface CrowdMemory {
  /** As gateways hold them, bytes. */
  readonly tables: number;
  /** With the learner's customers beside them. */
  readonly all: number;
}

export function crowdMemory({ items, sessions }: Shop): CrowdMemory {
  const args = ['--import', 'tsx', fileURLToPath(import.meta.url), items, sessions].map(String);
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as CrowdMemory;
}

function measured(shop: Shop): CrowdMemory {
  const before = usedBytes();
  let learned: ReturnType<typeof learnedShop> | null = learnedShop(shop);
  const all = usedBytes() - before;
  const { tables } = learned;
  learned = null;
  const held = { tables: usedBytes() - before, all };
  // Kept up to here.
  if (tables.items.count !== shop.items) throw new Error('items are missing');
  return held;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [items = 0, sessions = 0] = process.argv.slice(2).map(Number);
  console.log(JSON.stringify(measured({ items, sessions })));
}
