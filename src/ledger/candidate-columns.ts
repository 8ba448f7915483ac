// Hot path. The nested columns of a decision's candidates, one list per column.
//
// There may be thousands, nearly all of them refused. What they have in common is written at once:
// neighbours of one reason, and neighbours without numbers, are one text repeated. Written one by one
// they were most of what a decision cost (bench/catalog-scale.ts).

import type { Candidate, ScoreTerms } from '../model/decision.ts';
import { finite } from './column-values.ts';
import { IdLists } from './id-lists.ts';

const idLists = new IdLists();

/** The columns, each after a comma; '' for none. @param placement whose candidates they are */
export function candidateColumns(placement: string, candidates: readonly Candidate[]): string {
  if (candidates.length === 0) return '';
  const scored: number[] = [];
  for (let i = 0; i < candidates.length; i++) {
    const { score, terms } = candidates[i]!;
    if (score !== null || terms !== null) scored.push(i);
  }
  return (
    `,"candidates.offer_id":[${idLists.textOf(placement, candidates)}]` +
    waysEnded(candidates) +
    `,"candidates.score":[${numbers(candidates, scored, null)}]` +
    `,"candidates.propensity":[${numbers(candidates, scored, 'propensity')}]` +
    `,"candidates.value":[${numbers(candidates, scored, 'value')}]` +
    `,"candidates.context":[${numbers(candidates, scored, 'context')}]` +
    `,"candidates.lever":[${numbers(candidates, scored, 'lever')}]`
  );
}

/** Stages and reasons, which are closed sets of plain words. */
function waysEnded(candidates: readonly Candidate[]): string {
  let stages = '';
  let reasons = '';
  for (let i = 0; i < candidates.length; ) {
    const { stage, reason } = candidates[i]!;
    let end = i + 1;
    while (end < candidates.length && candidates[end]!.reason === reason) {
      if (candidates[end]!.stage !== stage) break;
      end++;
    }
    const comma = i === 0 ? '' : ',';
    stages += `${comma}"${stage}"`;
    reasons += `${comma}"${reason}"`;
    if (end - i > 1) {
      stages += `,"${stage}"`.repeat(end - i - 1);
      reasons += `,"${reason}"`.repeat(end - i - 1);
    }
    i = end;
  }
  return `,"candidates.stage":[${stages}],"candidates.reason":[${reasons}]`;
}

/**
 * One column of numbers.
 * @param scored indexes of the candidates that have any, ascending
 * @param term null = the score
 */
function numbers(
  candidates: readonly Candidate[],
  scored: readonly number[],
  term: keyof ScoreTerms | null,
): string {
  let text = '';
  let next = 0;
  for (let i = 0; i < scored.length; i++) {
    const at = scored[i]!;
    const { score, terms } = candidates[at]!;
    const value = term === null ? score : terms === null ? null : terms[term];
    text += nulls(at - next, next);
    text += at === 0 ? `${finite(value)}` : `,${finite(value)}`;
    next = at + 1;
  }
  return text + nulls(candidates.length - next, next);
}

/** So many of a list, from an index on. */
function nulls(count: number, from: number): string {
  if (count === 0) return '';
  const text = ',null'.repeat(count);
  return from === 0 ? text.slice(1) : text;
}
