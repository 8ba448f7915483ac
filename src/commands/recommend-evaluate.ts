// `proffer recommend evaluate`: how well a model says what comes next in real sessions, without servers.

import { existsSync } from 'node:fs';
import { CANDIDATES_MAX } from '../engine/recommend/models/candidates.ts';
import { FOR_YOU } from '../engine/recommend/models/for-you.ts';
import { SetupFault } from '../errors.ts';
import type { Model, RANKS, SourceDefinition } from '../model/recommending.ts';
import { type Evaluating, evaluateSessions } from '../recommend/evaluate/evaluate-sessions.ts';
import { learnSessions } from '../recommend/evaluate/learn-sessions.ts';
import type { Measured } from '../recommend/evaluate/measures.ts';
import { type Click, readSessionLines } from '../recommend/evaluate/session-file.ts';
import { SessionsByTime } from '../recommend/evaluate/sessions-by-time.ts';
import { evaluatedLists } from './evaluated-lists.ts';
import type { Output } from './output.ts';

/** Models of the crowd; the others answer out of one customer's own items, or what was declared. */
export const EVALUATED = [
  ...(['for_you', 'similar', 'bought_together', 'next', 'trending', 'popular'] as const),
] as const satisfies readonly Model[];

export interface EvaluateOptions {
  readonly train: string;
  readonly test: string;
  readonly model: (typeof EVALUATED)[number];
  readonly k: string;
  readonly m: string;
  readonly neighbours: string;
  readonly last: string;
  readonly rank: (typeof RANKS)[number];
  readonly minSupport: string;
  readonly keepCurrent?: boolean;
  readonly json?: boolean;
}

/** Lines that cannot be read and are named one by one. */
const NAMED_MAX = 10;

/** @returns the exit code */
export async function evaluateRecommending(
  options: EvaluateOptions,
  output: Output = process,
): Promise<number> {
  for (const path of [options.train, options.test])
    if (!existsSync(path)) throw new SetupFault(`${path}: there is no such file`);
  const evaluating = evaluatingOf(options);
  const tables = await learnSessions(clicksOf(options.train, output), options.model);
  if (tables.items.count === 0) throw new SetupFault(`${options.train}: there is nothing to learn`);
  const sessions = new SessionsByTime();
  for await (const click of clicksOf(options.test, output)) sessions.add(click);
  const measured = evaluateSessions(tables, sessions.all(), evaluating);
  if (measured.lists === 0)
    throw new SetupFault(`${options.test}: there is no session of two clicks or more`);
  output.stdout.write(
    options.json === true
      ? `${JSON.stringify({ model: options.model, k: evaluating.k, ...measured })}\n`
      : reportOf(options.model, evaluating.k, measured, tables.items.count),
  );
  return 0;
}

function evaluatingOf(options: EvaluateOptions): Evaluating {
  const choice = {
    sessions: whole('m', options.m, FOR_YOU.sessions),
    neighbours: whole('neighbours', options.neighbours, 100_000),
    last: whole('last', options.last, 100),
  };
  const source: SourceDefinition = {
    model: options.model,
    rank: options.rank,
    minSupport: whole('min-support', options.minSupport, 1_000_000_000),
    ...{ byCategory: false, weight: 1 },
  };
  return {
    k: whole('k', options.k, CANDIDATES_MAX / 2),
    keepsCurrent: options.keepCurrent === true,
    ask: evaluatedLists(source, choice),
  };
}

function whole(option: string, text: string, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new SetupFault(`--${option} ${text}: a whole number from 1 to ${max}`);
}

/** What cannot be read is told and left out. */
async function* clicksOf(path: string, output: Output): AsyncGenerator<Click> {
  let unreadable = 0;
  try {
    for await (const line of readSessionLines(path)) {
      if (line.kind === 'click') yield line;
      else if (++unreadable <= NAMED_MAX)
        output.stderr.write(`${path}:${line.line}: ${line.reason}\n`);
    }
  } catch (error) {
    throw new SetupFault(`${path}: it cannot be read (${(error as Error).message})`);
  }
  if (unreadable > NAMED_MAX)
    output.stderr.write(`${path}: ${unreadable - NAMED_MAX} more lines cannot be read\n`);
}

function reportOf(model: string, k: number, measured: Measured, items: number): string {
  const row = (name: string, value: number) => `${name.padEnd(16)}${value.toFixed(4)}\n`;
  return (
    `${model}: ${measured.lists} lists of ${k}, ${items} items known\n` +
    row(`HR@${k}`, measured.hitRate) +
    row(`MRR@${k}`, measured.mrr) +
    row(`NDCG@${k}`, measured.ndcg) +
    row('coverage', measured.coverage) +
    row('popularity bias', measured.popularityBias)
  );
}
