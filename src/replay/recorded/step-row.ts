// From what history or the ledger has of a record back to the submission that it was: what the
// customer did or asked, with the clock, the catalog and the mode it was stepped under.

import { CONTINUES_RUN, DECIDES, decisionsIn, LIVE } from '../../ledger/record-head.ts';
import { readSent } from '../../ledger/sent-text.ts';
import type { CustomerEvent, EventType, OutcomeKind, Stimulus } from '../../model/event.ts';
import type { JsonObject } from '../../model/json.ts';
import { outcomeOf } from '../../model/outcome-events.ts';
import type { DueTimer, Submission, Within } from '../../model/step.ts';
import { timerMessageId } from '../../model/timer.ts';
import { type IdentityChange, type IdentityRow, identityChange } from './identity-change.ts';
import type { StepTable } from './step-tables.ts';

/** The first row of a record, whichever table it is in; what that table lacks is empty. */
export interface StepRow extends IdentityRow {
  readonly table: StepTable;
  readonly partition: number;
  readonly ledger_id: number;
  /** Times are epoch ms. */
  readonly received_at: number;
  readonly customer_id: string;
  readonly message_id: string;
  readonly step_record: number;
  readonly step_mode: number;
  readonly step_clock: number;
  readonly step_publication: number;
  readonly step_catalog: string;
  /** As ledger-rows.ts and decision-rows.ts write it. */
  readonly step_source: string;
  readonly type: string;
  readonly event: string;
  readonly label: string;
  readonly user_id: string;
  readonly anonymous_id: string;
  readonly timestamp: number;
  readonly decision_id: string;
  readonly offer_id: string;
  readonly outcome: string;
  readonly asked: readonly string[];
  readonly asked_limit: number | null;
  /** Of a timer; '' = of a look at what the customer has come into. */
  readonly trigger: string;
  readonly key: string;
  readonly due_at: number;
  readonly result: string;
}

/** Where a record is, and which it is of its customer. */
export interface RecordedPlace {
  readonly partition: number;
  readonly ledgerId: number;
  readonly customerId: string;
  /** Which of its customer, from 1. */
  readonly record: number;
  /**
   * Of one who had been folded into another the document, in base64, of what it went on from; '' =
   * nothing but its count. null = the record before.
   */
  readonly beginsWith: string | null;
  /** When it was received, and the clock; epoch ms. */
  readonly receivedAtMs: number;
  readonly nowMs: number;
  readonly publication: number;
  /** Content hash of its catalog. */
  readonly catalog: string;
  /** It was committed together with the record before it, of the same customer. */
  readonly continuesRun: boolean;
  /** How many decisions it had, at least. */
  readonly decided: number;
}

/** What a customer did or asked, or time brought, as it can be stepped again. */
export interface RecordedStep extends RecordedPlace {
  readonly submission: Submission;
  /** What became of the timer, where time brought one; null = of all else. */
  readonly dueResult: DueTimer['result'] | null;
}

/** What happened to who the customer is. */
export interface RecordedChange extends RecordedPlace {
  readonly change: IdentityChange;
}

export type Recorded = RecordedStep | RecordedChange;

/**
 * @param beginsWith as in RecordedPlace
 * @throws SyntaxError when what was sent cannot be read any more
 */
export function recordedStep(row: StepRow, beginsWith: string | null = null): Recorded {
  const place: RecordedPlace = {
    partition: row.partition,
    ledgerId: row.ledger_id,
    customerId: row.customer_id,
    record: row.step_record,
    beginsWith,
    receivedAtMs: row.received_at,
    nowMs: row.step_clock,
    publication: row.step_publication,
    catalog: row.step_catalog,
    continuesRun: (row.step_mode & CONTINUES_RUN) !== 0,
    decided: decisionsIn(row.step_mode),
  };
  if (row.table === 'identity_changes') return { ...place, change: identityChange(row) };
  const { stimulus, within } = stepped(row, row.table);
  return {
    ...place,
    dueResult: row.table === 'due_timers' ? (row.result as DueTimer['result']) : null,
    submission: {
      stimulus,
      customerId: row.customer_id,
      messageId: row.message_id,
      nowMs: row.step_clock,
      receivedAtMs: row.received_at,
      live: (row.step_mode & LIVE) !== 0,
      decide: (row.step_mode & DECIDES) !== 0,
      record: true,
      ...(within !== null && { within }),
    },
  };
}

interface SteppedBy {
  readonly stimulus: Stimulus;
  readonly within: Within | null;
}

type SteppedTable = Exclude<StepTable, 'identity_changes'>;

function stepped(row: StepRow, table: SteppedTable): SteppedBy {
  if (table !== 'events') return { stimulus: stimulusOf(row, table), within: null };
  const source = readSent(row.step_source) as unknown as EventSource;
  const within = source.within === undefined ? null : withinOf(source.within);
  const event = eventOf(row, source);
  const outcome = within?.outcome === false ? null : outcomeOf(event);
  return { stimulus: { kind: 'event', event, outcome }, within };
}

function withinOf({ placements, outcome }: WithinTold): Within {
  return { placements: placements && new Set(placements), outcome };
}

function stimulusOf(row: StepRow, table: Exclude<SteppedTable, 'events'>): Stimulus {
  switch (table) {
    case 'due_timers':
      return row.trigger === '' ? { kind: 'look', dueAtMs: row.due_at } : timerOf(row);
    case 'outcomes':
      return {
        kind: 'outcome',
        outcome: {
          timestampMs: row.timestamp,
          decisionId: row.decision_id,
          offerId: row.offer_id,
          outcome: row.outcome as OutcomeKind,
        },
      };
    case 'decisions': {
      const source = readSent(row.step_source) as unknown as QuestionSource;
      const { userId, anonymousId, context } = source;
      const request = { userId, anonymousId, context, limit: row.asked_limit };
      return { kind: 'decide', request: { ...request, placements: row.asked } };
    }
  }
}

function timerOf({ trigger, key, due_at: dueAtMs, message_id }: StepRow): Stimulus {
  // No key, and one that is no text, are the same in the column; the message tells them apart.
  const isKeyed = key !== '' || message_id === timerMessageId({ trigger, key, dueAtMs });
  return { kind: 'timer', trigger, key: isKeyed ? key : null, dueAtMs };
}

interface QuestionSource {
  readonly userId: string | null;
  readonly anonymousId: string | null;
  readonly context: JsonObject;
}

interface EventSource {
  readonly properties?: JsonObject;
  readonly traits?: JsonObject;
  readonly context?: JsonObject;
  readonly within?: WithinTold;
}

interface WithinTold {
  readonly placements: readonly string[] | null;
  readonly outcome: boolean;
}

function eventOf(row: StepRow, { properties, traits, context }: EventSource): CustomerEvent {
  return {
    type: row.type as EventType,
    name: row.event,
    userId: row.user_id === '' ? null : row.user_id,
    anonymousId: row.anonymous_id === '' ? null : row.anonymous_id,
    timestampMs: row.timestamp,
    properties: properties ?? {},
    traits: traits ?? {},
    context: context ?? {},
    label: row.label === '' ? null : row.label,
  };
}
