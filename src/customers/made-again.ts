// Both customers of a merge as they were, with what each did since by the name that it was done under.
// Pure, but for the documents of states.

import { DraftState } from '../model/draft-state.ts';
import { USER_ALONE } from '../model/identity.ts';
import { NO_INPUTS } from '../model/inputs.ts';
import { type CustomerState, emptyState } from '../model/state.ts';
import type { Submission } from '../model/step.ts';
import type { CatalogVersion } from '../pipeline.ts';
import type { KnownFold, LaterStep, Since } from './merge-history.ts';
import type { NameStore } from './name-store.ts';
import { countsLeft } from './taken-apart.ts';

export interface Again {
  readonly into: CustomerState;
  readonly from: CustomerState;
  /** As they were when they were folded. */
  readonly intoThen: CustomerState;
  readonly fromThen: CustomerState;
  /** Messages since that came under the names of who is taken out. */
  readonly theirs: ReadonlySet<string>;
}

/** Nothing is decided again. */
export function madeAgain(
  { names }: { readonly names: Pick<NameStore, 'stateOf'> },
  version: CatalogVersion,
  fold: KnownFold,
  { base, steps, undone }: Since,
): Again {
  const stateOf = (id: string, document: string) =>
    document === '' ? emptyState(id) : names.stateOf(id, document);
  const bothOf = ({ into, intoState, from, fromState }: KnownFold) => ({
    into: stateOf(into, intoState),
    from: stateOf(from, fromState),
  });
  const then = bothOf(fold);
  let { into } = bothOf(base);
  let { from } = then;
  const own = namesIn(from);
  const theirs = new Set<string>();
  let isFolded = base === fold;
  for (const step of base === fold ? steps : withoutBase(steps, base, bothOf(base).from)) {
    if (step.kind === 'fold') {
      const { mergeId, from: id, atMs, fromState } = step.fold;
      if (mergeId === fold.mergeId) isFolded = true;
      else
        into = version.fold(into, stateOf(id, fromState), { mergeId, from: id, atMs }, atMs).state;
    } else if (step.kind === 'event') {
      if (isFolded && own.has(step.id)) {
        theirs.add(step.submission.messageId);
        from = stepped(version, from, step.submission);
      } else {
        into = stepped(version, into, step.submission);
      }
    }
  }
  // Of those who are gone since, the survivor has nothing any more either.
  const intoThen = undone.reduce((state, gone) => {
    const both = bothOf(gone);
    return Object.assign(new DraftState(state), countsLeft(state, both.from, both.into));
  }, then.into);
  return { into, from, intoThen, fromThen: then.from, theirs };
}

/** What came under the names of who was folded first went along when that was taken back. */
function withoutBase(
  steps: readonly LaterStep[],
  base: KnownFold,
  from: CustomerState,
): readonly LaterStep[] {
  const gone = namesIn(from);
  const end = steps.findIndex((one) => one.kind === 'undone' && one.mergeId === base.mergeId);
  return steps.filter((one, i) => i > end || one.kind !== 'event' || !gone.has(one.id));
}

function namesIn({ customerId, links }: CustomerState): ReadonlySet<string> {
  return new Set([customerId, ...links.map(({ id }) => id)]);
}

/** As an import without decisions; an outcome in it was counted where it was told. */
function stepped(
  version: CatalogVersion,
  state: CustomerState,
  submission: Submission,
): CustomerState {
  const { stimulus } = submission;
  if (stimulus.kind !== 'event') return state;
  const event = { ...stimulus, outcome: null };
  const inputs = { ...NO_INPUTS, context: stimulus.event.context };
  // Who else it named is linked, or was taken apart: nothing is noted of it.
  const again = { ...submission, stimulus: event, decide: false, naming: USER_ALONE };
  const done = version.step(state, again, inputs);
  return done.kind === 'stepped' ? done.state : state;
}
