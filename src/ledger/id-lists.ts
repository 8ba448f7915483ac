// Hot path. Ids of candidates as a column's text. A placement's candidates are in the order of the
// catalog, the same at every decision unless other triggers ask: what was written before is compared,
// which takes nanoseconds an id, and written again.

import type { Candidate } from '../model/decision.ts';
import { columnString } from '../model/json-hazards.ts';

/** Different lists of one placement that are kept: triggers may allow some of its offers each. */
const LISTS_MAX = 4;
/** UTF-16 units of all texts together; then all are forgotten, those of earlier catalogs too. */
const TEXT_MAX = 4_000_000;
/** What a list takes beside its text, in such units. */
const LIST_UNITS = 100;

interface IdList {
  readonly ids: readonly string[];
  readonly text: string;
}

export class IdLists {
  private readonly byPlacement = new Map<string, IdList[]>();
  private units = 0;

  /** Ids with commas between. */
  textOf(placement: string, candidates: readonly Candidate[]): string {
    let lists = this.byPlacement.get(placement);
    if (lists !== undefined) {
      for (let i = 0; i < lists.length; i++) {
        if (isOf(lists[i]!, candidates)) return lists[i]!.text;
      }
    }
    const made = listOf(candidates);
    this.units += made.text.length + LIST_UNITS;
    if (this.units > TEXT_MAX) {
      this.byPlacement.clear();
      this.units = made.text.length + LIST_UNITS;
      lists = undefined;
    }
    if (lists === undefined) this.byPlacement.set(placement, [made]);
    else {
      if (lists.length === LISTS_MAX) this.units -= lists.shift()!.text.length + LIST_UNITS;
      lists.push(made);
    }
    return made.text;
  }
}

function isOf({ ids }: IdList, candidates: readonly Candidate[]): boolean {
  if (ids.length !== candidates.length) return false;
  for (let i = 0; i < ids.length; i++) if (ids[i] !== candidates[i]!.offerId) return false;
  return true;
}

function listOf(candidates: readonly Candidate[]): IdList {
  const ids: string[] = [];
  let text = '';
  for (let i = 0; i < candidates.length; i++) {
    const { offerId } = candidates[i]!;
    ids.push(offerId);
    text += i === 0 ? columnString(offerId) : `,${columnString(offerId)}`;
  }
  return { ids, text };
}
