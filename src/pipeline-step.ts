// Hot path. A run of submissions stepped in order, before anything is committed: each on the state that
// the one before left.

import { type Grant, type KnownBudgets, NO_GRANTS } from './model/budget.ts';
import type { Firing } from './model/decision.ts';
import { type NewDelivery, NO_DELIVERIES } from './model/delivery.ts';
import { DraftState } from './model/draft-state.ts';
import { isOfTime } from './model/event.ts';
import type { RefusedMerge } from './model/identity.ts';
import { type Inputs, NO_INPUTS } from './model/inputs.ts';
import type { ListSource } from './model/list-source.ts';
import { linksLeft, signsOut } from './model/sign-out.ts';
import type { CustomerState } from './model/state.ts';
import type { Submission } from './model/step.ts';
import type {
  CatalogVersion,
  Commit,
  PipelineParts,
  Result,
  StoredState,
} from './pipeline-ports.ts';

/** What came of it. */
export interface StepRun {
  state: CustomerState | null;
  readonly results: Result[];
  records: string[];
  /** Of what callers sent. */
  readonly messageIds: string[];
  /** Of the last that is recorded: stepped again from its records, a run comes out the same. */
  receivedAtMs: number;
  /** What fired, for whoever counts. */
  firings: readonly Firing[];
  /** What the records take of budgets. */
  grants: readonly Grant[];
  /** What goes to the outbox. */
  deliveries: readonly NewDelivery[];
  /** What questions that are not recorded would take, each if it were the only one. */
  asked: readonly Grant[];
}

/**
 * Steps a run in order from `state`; results are final only once the commit is.
 * @param refused of the names that the first one gave
 */
export function stepRun(
  parts: Pick<PipelineParts, 'writeRecord' | 'metrics' | 'lists'>,
  version: CatalogVersion,
  state: CustomerState,
  run: readonly { readonly submission: Submission }[],
  seen: ReadonlySet<string> | null,
  known: KnownBudgets | null,
  refused: readonly RefusedMerge[],
): StepRun {
  const out: StepRun = {
    state,
    results: [],
    records: [],
    messageIds: [],
    receivedAtMs: 0,
    firings: NO_FIRINGS,
    grants: NO_GRANTS,
    deliveries: NO_DELIVERIES,
    asked: NO_GRANTS,
  };
  const lists = parts.lists();
  for (const { submission } of run) {
    const { messageId } = submission;
    const isMessage = !isOfTime(submission.stimulus);
    if (isMessage && seen?.has(messageId)) {
      parts.metrics.duplicate();
      out.results.push(duplicateOf(messageId, '[]'));
      continue;
    }
    const budgets = known === null ? null : known.after(out.grants);
    const stepped = version.step(out.state!, submission, inputsOf(submission, budgets, lists));
    switch (stepped.kind) {
      case 'stepped': {
        if (submission.record) {
          out.state = signsOut(submission) ? leaving(stepped.state, submission) : stepped.state;
          const continuesRun = out.records.length > 0;
          const how = {
            catalog: version.hash,
            publication: version.publication,
            continuesRun,
            refused: continuesRun ? NONE_REFUSED : refused,
          };
          out.records.push(parts.writeRecord(submission, stepped, how));
          if (isMessage) out.messageIds.push(messageId);
          out.receivedAtMs = submission.receivedAtMs;
          const { firings } = stepped;
          if (firings.length > 0) {
            out.firings = out.firings === NO_FIRINGS ? firings : [...out.firings, ...firings];
          }
          const { deliveries } = stepped;
          if (deliveries.length > 0) out.deliveries = [...out.deliveries, ...deliveries];
          if (stepped.grants.length > 0) out.grants = [...out.grants, ...stepped.grants];
        } else if (stepped.grants.length > 0) {
          out.asked = [...out.asked, ...stepped.grants];
        }
        const { answer, decisions } = stepped;
        out.results.push({ kind: 'done', messageId, duplicate: false, answer, decisions });
        break;
      }
      case 'duplicate':
        parts.metrics.duplicate();
        out.results.push(duplicateOf(messageId, stepped.answer));
        break;
      case 'refused': {
        out.results.push(stepped);
        break;
      }
    }
  }
  return out;
}

/** What is written of it. */
export function commitOf(
  { etag, state }: StoredState,
  stepped: StepRun,
  version: CatalogVersion,
): Commit {
  return {
    customerId: state.customerId,
    expectedEtag: etag,
    state: stepped.state!,
    recents: version.recents,
    records: stepped.records,
    messageIds: stepped.messageIds,
    receivedAtMs: stepped.receivedAtMs,
    grants: stepped.grants,
    deliveries: stepped.deliveries,
  };
}

const NONE_REFUSED: readonly RefusedMerge[] = [];
const NO_FIRINGS: readonly Firing[] = [];

function leaving(state: CustomerState, submission: Submission): CustomerState {
  const draft = new DraftState(state);
  draft.links = linksLeft(state, submission);
  return draft;
}

function duplicateOf(messageId: string, answer: string): Result {
  return { kind: 'done', messageId, duplicate: true, answer, decisions: [] };
}

/** Everything the engine may look at beside state and stimulus; recorded with the decision. */
export function inputsOf(
  { stimulus }: Submission,
  budgets: KnownBudgets | null,
  lists: ListSource | null,
): Inputs {
  if (stimulus.kind === 'event') return { context: stimulus.event.context, budgets, lists };
  if (stimulus.kind === 'decide') return { context: stimulus.request.context, budgets, lists };
  return budgets === null && lists === null ? NO_INPUTS : { ...NO_INPUTS, budgets, lists };
}
