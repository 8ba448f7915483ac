import { describe, expect, it } from 'vitest';
import { decisionRow, firstDifference } from '../../src/replay/recorded/decision-row.ts';
import { type Explanation, explanationText } from '../../src/replay/recorded/explanation.ts';
import type { RecordedStep } from '../../src/replay/recorded/step-row.ts';

const AT = Date.UTC(2026, 10, 22, 8);

const decision = decisionRow({
  ...{ decision_id: 'd1', placement: 'web', trigger: 'interest', catalog: '9f3a6c' },
  ...{ fallback: false, holdout: false, offer_ids: ['cover'], treatments: ['{"title":"Hi"}'] },
  ...{ expires_at: [String(AT + 60_000)], decided_at: AT, logging_propensity: 1 },
  'candidates.offer_id': ['cover', 'vip_deal', 'late'],
  'candidates.stage': ['limit', 'eligibility', 'arbitration'],
  'candidates.reason': ['chosen', 'ineligible', 'score_unknown'],
  'candidates.score': [2.4, null, null],
  'candidates.propensity': [0.08, null, 0.1],
  'candidates.value': [30, null, null],
  'candidates.context': [1, null, 1],
  'candidates.lever': [1, null, 1],
});

const step: RecordedStep = {
  ...{ partition: 3, ledgerId: 7, customerId: 'u1', record: 3, publication: 2, catalog: '9f3a6c' },
  ...{ continuesRun: false, beginsWith: null, receivedAtMs: AT, nowMs: AT },
  decided: 1,
  dueResult: null,
  submission: {
    stimulus: {
      kind: 'event',
      event: {
        ...{ type: 'track', name: 'Product Viewed', label: null, userId: 'u1', anonymousId: null },
        ...{ timestampMs: AT, properties: { id: 2n ** 64n }, traits: {}, context: {} },
      },
      outcome: null,
    },
    ...{ customerId: 'u1', messageId: 'm3', nowMs: AT, receivedAtMs: AT },
    ...{ live: true, decide: true, record: true },
  },
};

const explanation: Explanation = {
  ...{ customerId: 'u1', decision, step, fired: ['interest', 'other'], delivery: null },
  before: {
    traits: { name: 'Käthe' },
    features: { orders: 2, never: null, views: { p9: 3 } },
    segments: { buyer: true, vip: false, stage: 'young', other: null },
    consent: { marketing: true },
  },
  verdict: { kind: 'same' },
};

describe('an explanation', () => {
  it('tells what became of it where it left beside its answer', () => {
    const attempt = { channel: 'push', reason: '', at: AT, next: null };
    const failed = { ...attempt, status: 'failed', reason: 'http_503' };
    const attempts = [
      { ...failed, attempt: 1, next: AT + 1_000 },
      { ...failed, attempt: 2 },
      { ...attempt, status: 'sent', attempt: 3 },
    ];
    expect(explanationText({ ...explanation, delivery: { channel: 'push', attempts } })).toContain(`
delivery    by push, failed 2026-11-22T08:00:00.000Z, attempt 1: http_503, again 2026-11-22T08:00:01.000Z
            by push, failed 2026-11-22T08:00:00.000Z, attempt 2: http_503, given up
            by push, sent 2026-11-22T08:00:00.000Z, attempt 3
`);
    const onItsWay = { channel: 'push', attempts: [] };
    expect(explanationText({ ...explanation, delivery: onItsWay })).toContain(
      '\ndelivery    by push, on its way\n',
    );
  });

  it('tells what caused a decision, what was given, and what became of each candidate', () => {
    expect(explanationText(explanation)).toBe(
      `decision    d1
            web for u1, 2026-11-22T08:00:00.000Z
event       Product Viewed, 2026-11-22T08:00:00.000Z (message m3)
            {"properties":{"id":18446744073709551616},"traits":{},"context":{}}
trigger     interest (fired: interest, other)
catalog     9f3a6c, publication 2
given       cover, until 2026-11-22T08:01:00.000Z
              {"title":"Hi"}
candidates  cover     chosen                      2.4 = 0.08 × 30 × 1 × 1 (propensity × value × context × lever)
            vip_deal  eligibility: ineligible
            late      arbitration: score_unknown  no score = 0.1 × ? × 1 × 1
before      after 2 records; the event is counted before its rules are asked
  traits    name: "Käthe"
  features  orders: 2
            views: {"p9":3}
  segments  buyer
            stage: young
  consent   marketing: granted
verdict     same: stepped again, it comes out as it was
`,
    );
  });

  it('tells of time what was due and what came of it, and of a question what had waited for it', () => {
    const stimulus = { kind: 'timer', trigger: 'left', key: 'p9', dueAtMs: AT - 1_000 } as const;
    const due: RecordedStep = {
      ...step,
      submission: { ...step.submission, stimulus },
      dueResult: 'missed',
    };
    expect(explanationText({ ...explanation, step: due })).toContain(
      '\ntimer       left of p9 was due 2026-11-22T07:59:59.000Z, missed: it was too late, or the',
    );
    const waited = { ...decision, waiting: true };
    expect(explanationText({ ...explanation, decision: waited })).toContain(
      '\ntrigger     interest, which time had fired and which waited for the question\n',
    );
  });

  it('says so where a decision is older than its record, and shows what there is', () => {
    const verdict = { kind: 'unknown', reason: 'too old' } as const;
    const bare = { ...decision, treatments: [], candidates: [] };
    const old = { ...explanation, decision: bare, step: null, fired: [], before: null, verdict };
    expect(explanationText(old)).toBe(
      `decision    d1
            web for u1, 2026-11-22T08:00:00.000Z
trigger     interest
catalog     9f3a6c
given       cover, until 2026-11-22T08:01:00.000Z
verdict     unknown: too old
`,
    );
  });
});

describe('decisions compared', () => {
  it.each([
    [{ ...decision, decided_at: AT + 1 }, 'decided_at'],
    [{ ...decision, offer_ids: [] }, 'offer_ids'],
    [{ ...decision, waiting: true }, 'waiting'],
    [{ ...decision, candidates: decision.candidates.slice(1) }, 'candidate 1'],
    [{ ...decision, treatments: ['{"title":"Ho"}'] }, 'treatments was'],
  ])('differ in the first thing that does (%#)', (again, named) => {
    expect(firstDifference([decision], [again])).toContain(`web: ${named}`);
    expect(firstDifference([decision], [decision])).toBeNull();
  });

  it('tell of long values what lies around the difference', () => {
    const long = (end: string) => ({ ...decision, treatments: [`${'x'.repeat(9_000)}${end}`] });
    const told = firstDifference([long('1')], [long('2')])!;
    expect(told).toMatch(/^web: treatments was …x+1"\], comes out as …x+2"\]$/);
    expect(told.length).toBeLessThan(600);
  });

  it('differ in their number', () => {
    expect(firstDifference([decision], [])).toBe('1 decisions were recorded, 0 come out');
  });
});

describe('texts of callers', () => {
  it('stay on their line, and command no terminal', () => {
    const customerId = 'u\nverdict     same\u009b31m\u202e\u2028';
    const lines = explanationText({ ...explanation, customerId }).split('\n');
    expect(lines[1]).toContain('u\\u000averdict     same\\u009b31m\\u202e\\u2028,');
  });
});
