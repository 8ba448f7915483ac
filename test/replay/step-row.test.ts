// What the key of a call kept it within is part of what it takes to step it again.

import { expect, it } from 'vitest';
import { writeRecord } from '../../src/ledger/ledger-record.ts';
import type { CustomerEvent } from '../../src/model/event.ts';
import { outcomeOf } from '../../src/model/outcome-events.ts';
import { emptyState } from '../../src/model/state.ts';
import type { Submission, Within } from '../../src/model/step.ts';
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
  const stepped = {
    kind: 'stepped',
    state: { ...emptyState('u'), records: 1 },
    ...{ firings: [], decisions: [], grants: [], answer: '[]' },
    ...{ outcomeCounted: false, customerChanged: false, due: null },
  } as const;
  const how = { catalog: 'hash1', publication: 1, continuesRun: false };
  const [record] = recordedIn(0, [writeRecord(submission, stepped, how)]);
  const { step } = record!;
  if (!('submission' in step)) throw new Error('nothing was stepped');
  expect(step.submission.stimulus).toMatchObject({ kind: 'event', event });
  return step.submission;
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
