// A large catalog taken over by a process that serves meanwhile: how long nobody else gets a turn.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import type { SourceFile } from '../../src/catalog/file-text.ts';
import { readyCatalog } from '../../src/catalog/ready-catalog.ts';
import { preparing } from '../../src/engine/program.ts';
import { atOnce, type Sliced } from '../../src/model/sliced.ts';
import { inSlices } from '../../src/ops/in-slices.ts';

/** What one adoption did to the event loop. */
export interface Adoption {
  /** From the first slice to the version in force. */
  readonly wallMs: number;
  /** The longest time without a turn for anything else. */
  readonly pauseMs: number;
}

/** @param sliced as gateways do it; else in one piece */
export function adopt(files: readonly SourceFile[], sliced: boolean): Promise<Adoption> {
  return watched(async () => {
    const work = readyCatalog(files, (catalog) => preparing(catalog, 1));
    const readied = sliced ? await inSlices(work) : atOnce(work);
    if (readied.kind !== 'ready') throw new Error(readied.reason);
  });
}

/** As long in slices with nothing in them: what the machine's other work does to the event loop. */
export function idle(ms: number): Promise<Adoption> {
  return watched(() => inSlices(nothing(ms)));
}

function* nothing(ms: number): Sliced<void> {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs) yield;
}

async function watched(work: () => Promise<void>): Promise<Adoption> {
  // Ticks every millisecond: what is later than that was a pause.
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await setTimeout(20);
  delay.reset();
  // The first tick is only what the next is measured from.
  await setTimeout(5);
  const startMs = performance.now();
  await work();
  const wallMs = performance.now() - startMs;
  await setTimeout(20);
  delay.disable();
  return { wallMs, pauseMs: delay.max / 1e6 };
}
