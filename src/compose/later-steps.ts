// What came after a fold, of the records of the survivor. A fold that was taken back in between is none,
// and what came under the names of who was folded then went along with them.
//
//   fold of a ─► records of b ─► b is folded into c ─► records of c ─► taken back ─► records of b
//                                                       └ what came under names of b is b's again
//
// So what b did meanwhile is not in b's own records, and is looked for where b was. What time brought is
// not among them: it is over for both, and what is still to come the survivor's state has (timers-apart.ts).

import type { KnownFold, LaterStep } from '../customers/merge-history.ts';
import type { CustomerEvent } from '../model/event.ts';
import type { Recorded, RecordedChange } from '../replay/recorded/step-row.ts';
import { StateCodec } from '../state/codec.ts';

/** What of history it is made of. Both reject with Unavailable. */
export interface RecordHistory {
  /** A customer's records behind one, up to another, in order; null = they are not all there. */
  records(customerId: string, after: number, last: number): Promise<readonly Recorded[] | null>;
  /** When a customer was folded into others, in order. */
  stays(customerId: string): Promise<readonly Stay[]>;
}

/** A customer was part of another for a while. */
export interface Stay {
  readonly into: string;
  /** Records that the customer had had before. */
  readonly records: number;
  /** base64 */
  readonly fromState: string;
  /** Records of the other: the fold. */
  readonly first: number;
  /** And its end; null = history knows of none. */
  readonly last: number | null;
}

/** Customers in whom a customer was, who were in others: beyond it is told to be not there. */
const DEPTH_MAX = 16;

/** @param nameOf the customer id of the name that an event was submitted under; null = it names nobody */
export type NameOf = (event: CustomerEvent) => string | null;

/**
 * Events and folds of a customer's records behind one, up to another.
 * @returns null = history does not have it all yet
 */
export async function laterSteps(
  history: RecordHistory,
  nameOf: NameOf,
  customerId: string,
  after: number,
  last: number,
  depth = 0,
): Promise<readonly LaterStep[] | null> {
  const records = depth > DEPTH_MAX ? null : await history.records(customerId, after, last);
  if (records === null) return null;
  const stays = await history.stays(customerId);
  const between: Between[] = [];
  for (const { into, records: before, fromState, first, last: end } of stays) {
    if (before < after || before > last) continue;
    // Who is a customer again was taken out again.
    if (end === null) return null;
    const steps = await laterSteps(history, nameOf, into, first, end - 1, depth + 1);
    if (steps === null) return null;
    const own = namesIn({ from: customerId, fromState: documentIn(fromState) });
    const their = steps.filter((step) => step.kind === 'event' && own.has(step.id));
    between.push({ before, steps: their });
  }
  return stepsOf(records, between, nameOf);
}

/** What a customer did while it was part of another. */
interface Between {
  /** How many records it had had. */
  readonly before: number;
  readonly steps: readonly LaterStep[];
}

function stepsOf(
  records: readonly Recorded[],
  between: readonly Between[],
  nameOf: NameOf,
): readonly LaterStep[] {
  let steps: LaterStep[] = [];
  let told = 0;
  const tell = (until: number) => {
    for (; told < between.length && between[told]!.before < until; told++) {
      steps.push(...between[told]!.steps);
    }
  };
  for (const record of records) {
    tell(record.record);
    if ('submission' in record) {
      const { submission, customerId } = record;
      const { stimulus } = submission;
      if (stimulus.kind !== 'event') continue;
      steps.push({ kind: 'event', submission, id: nameOf(stimulus.event) ?? customerId });
      continue;
    }
    const { change } = record;
    if (change.kind === 'fold') steps.push(foldStep(record, change));
    if (change.kind !== 'restore') continue;
    const at = steps.findIndex((one) => one.kind === 'fold' && one.fold.mergeId === change.mergeId);
    const fold = steps[at];
    if (fold?.kind !== 'fold') steps.push({ kind: 'undone', mergeId: change.mergeId });
    else steps = withoutFold(steps, at, namesIn(fold.fold));
  }
  tell(Number.POSITIVE_INFINITY);
  return steps;
}

function withoutFold(
  steps: readonly LaterStep[],
  at: number,
  gone: ReadonlySet<string>,
): LaterStep[] {
  return steps.filter(
    (one, i) => i < at || (i > at && !(one.kind === 'event' && gone.has(one.id))),
  );
}

function namesIn({ from, fromState }: Pick<KnownFold, 'from' | 'fromState'>): ReadonlySet<string> {
  const links = fromState === '' ? [] : new StateCodec().decode(from, fromState).links;
  return new Set([from, ...links.map(({ id }) => id)]);
}

function foldStep(
  { customerId: into, record, nowMs: atMs }: RecordedChange,
  { mergeId, from, fromState, intoState }: Extract<RecordedChange['change'], { kind: 'fold' }>,
): LaterStep {
  const states = { fromState: documentIn(fromState), intoState: documentIn(intoState) };
  return { kind: 'fold', fold: { mergeId, from, into, record, atMs, ...states } };
}

/** base64 → a character a byte. */
export function documentIn(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}
