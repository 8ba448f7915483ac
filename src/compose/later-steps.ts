// What came after a fold, of the records of the survivor. A fold that was taken back in between is none,
// and what came under the names of who was folded then went along with them.

import type { LaterStep } from '../customers/unmerge.ts';
import type { CustomerEvent } from '../model/event.ts';
import type { Recorded, RecordedChange } from '../replay/recorded/step-row.ts';
import { StateCodec } from '../state/codec.ts';

/**
 * @param nameOf the customer id of the name that an event was submitted under; null = it names nobody
 * @returns null = a fold of before was taken back: what is left of it cannot be told from these
 */
export function laterSteps(
  records: readonly Recorded[],
  nameOf: (event: CustomerEvent) => string | null,
): readonly LaterStep[] | null {
  let steps: LaterStep[] = [];
  for (const record of records) {
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
    const undone = steps[at];
    if (undone?.kind !== 'fold') return null;
    const { from, fromState } = undone.fold;
    const gone = namesOf(from, fromState);
    steps = steps.filter(
      (one, i) => i < at || (i > at && (one.kind === 'fold' || !gone.has(one.id))),
    );
  }
  return steps;
}

function foldStep(
  { customerId: into, record, nowMs: atMs }: RecordedChange,
  { mergeId, from, fromState, intoState }: Extract<RecordedChange['change'], { kind: 'fold' }>,
): LaterStep {
  const states = { fromState: documentIn(fromState), intoState: documentIn(intoState) };
  return { kind: 'fold', fold: { mergeId, from, into, record, atMs, ...states } };
}

function namesOf(customerId: string, document: string): ReadonlySet<string> {
  const links = document === '' ? [] : new StateCodec().decode(customerId, document).links;
  return new Set([customerId, ...links.map(({ id }) => id)]);
}

/** base64 → a character a byte. */
export function documentIn(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}
