// What it takes to step a record again: what the key of a call kept it within, and which timer was due.

import { expect, it } from 'vitest';
import { writeRecord } from '../../src/ledger/ledger-record.ts';
import type { CustomerEvent } from '../../src/model/event.ts';
import { outcomeOf } from '../../src/model/outcome-events.ts';
import { emptyState } from '../../src/model/state.ts';
import type { DueTimer, Submission, Within } from '../../src/model/step.ts';
import { timerMessageId } from '../../src/model/timer.ts';
import type { RecordedStep } from '../../src/replay/recorded/step-row.ts';
import { recordedIn } from './recorded.ts';

const AT = Date.UTC(2026, 10, 23, 8);

function recorded(within: Within | undefined): Submission {
  const event = {
    type: 'track',
    ...{ name: 'Offer Clicked', userId: 'u', anonymousId: null, timestampMs: AT },
    ...{ properties: { decisionId: 'd', offerId: 'o', long: 2n ** 64n }, traits: {}, context: {} },
    label: 'Offer Clicked',
  } as const satisfies CustomerEvent;
  const submission: Submission = {
    stimulus: { kind: 'event', event, outcome: null },
    ...{ customerId: 'u', messageId: 'm', nowMs: AT, receivedAtMs: AT },
    ...{ live: true, decide: false, record: true },
    ...(within !== undefined && { within }),
  };
  const again = readBack(submission);
  expect(again.submission.stimulus).toMatchObject({ kind: 'event', event });
  return again.submission;
}

function readBack(submission: Submission, due: DueTimer | null = null): RecordedStep {
  const stepped = {
    kind: 'stepped',
    state: { ...emptyState('u'), records: 1 },
    ...{ firings: [], decisions: [], grants: [], answer: '[]' },
    ...{ outcomeCounted: false, customerChanged: false, due },
    deliveries: [],
  } as const;
  const how = { catalog: 'hash1', publication: 1, continuesRun: false };
  const [record] = recordedIn(0, [writeRecord(submission, stepped, how)]);
  const { step } = record!;
  if (!('submission' in step)) throw new Error('nothing was stepped');
  return step;
}

it.each([
  [{ placements: null, outcome: false }],
  [{ placements: new Set(['till', 'web']), outcome: false }],
  [{ placements: new Set<string>(), outcome: true }],
])('keeps %j', (within) => {
  const { stimulus, within: again } = recorded(within);
  expect(again).toEqual(within);
  const outcome = stimulus.kind === 'event' ? stimulus.outcome : 'none';
  expect(outcome === null).toBe(!within.outcome);
});

it('keeps nothing where the key kept it within nothing', () => {
  const { stimulus, within } = recorded(undefined);
  expect(within).toBeUndefined();
  if (stimulus.kind === 'event') expect(stimulus.outcome).toEqual(outcomeOf(stimulus.event));
});

it.each([null, 'sku 7', '', 'k'.repeat(300)])('knows which timer was due: %j', (key) => {
  const timer = { trigger: 'left', key, dueAtMs: AT - 1_000 };
  const submission: Submission = {
    stimulus: { kind: 'timer', ...timer },
    ...{ customerId: 'u', messageId: timerMessageId(timer), nowMs: AT, receivedAtMs: AT },
    ...{ live: true, decide: true, record: true },
  };
  const again = readBack(submission, { ...timer, result: 'missed' });
  expect(again).toMatchObject({ submission, dueResult: 'missed' });
});

it('knows that time was looked at', () => {
  const submission: Submission = {
    stimulus: { kind: 'look', dueAtMs: AT },
    ...{ customerId: 'u', messageId: `look:${AT}`, nowMs: AT, receivedAtMs: AT },
    ...{ live: true, decide: true, record: true },
  };
  const due = { trigger: '', key: null, dueAtMs: AT, result: 'looked' } as const;
  expect(readBack(submission, due)).toMatchObject({ submission, dueResult: 'looked' });
});
