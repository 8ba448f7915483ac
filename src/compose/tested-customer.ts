// The customer of a catalog's test over the real thing: events are read as the gateway reads them, and
// stepped by the engine; what time brings, it brings as a worker does. The state is in memory: no Redis,
// no ledger.

import type { Given, TestEvent } from '../catalog-tests/catalog-test.ts';
import { freeId } from '../catalog-tests/miss-text.ts';
import type {
  Asked,
  BeginTest,
  Happened,
  Passed,
  TestedCustomer,
} from '../catalog-tests/tested-customer.ts';
import type { TimeStory } from '../catalog-tests/time-story.ts';
import { explainEvent } from '../engine/explain-event.ts';
import { explainWaiting } from '../engine/explain-waiting.ts';
import { type Program, prepare } from '../engine/program.ts';
import { step } from '../engine/step.ts';
import type { CallNames } from '../gateway/call-names.ts';
import type { Catalog, OfferBudget } from '../model/catalog.ts';
import type { Decision } from '../model/decision.ts';
import type { Stimulus } from '../model/event.ts';
import type { Inputs } from '../model/inputs.ts';
import type { JsonObject } from '../model/json.ts';
import { OUTCOME_IDS, outcomeId, outcomeKindOf } from '../model/outcome-events.ts';
import { type CustomerState, emptyState } from '../model/state.ts';
import type { Stepped, Submission } from '../model/step.ts';
import type { Timer } from '../model/timer.ts';
import { inputsOf } from '../pipeline.ts';
import { namesOfTest } from './call-names.ts';
import { INSTANTS_MAX, passTime, type Timely } from './pass-time.ts';
import { TestBudgets } from './test-budgets.ts';
import { type RefusedCall, TestCalls } from './test-calls.ts';
import { TimeStories } from './time-stories.ts';

/** Whoever a test that names nobody is about. */
const SOMEBODY = 'somebody';

/** Begins tests of a catalog, one at a time. */
export function testsOf(catalog: Catalog): BeginTest {
  const parts: Parts = {
    program: prepare(catalog, 1),
    blank: prepare(blankOf(catalog), 0),
    names: namesOfTest(catalog),
    somebody: freeId(catalog, SOMEBODY) ?? SOMEBODY,
    budgets: TestBudgets.whole(budgetsOf(catalog)),
  };
  return (given, startMs) => {
    const customer = new EngineCustomer(parts, given, startMs);
    const refused = customer.learn(given, startMs);
    return refused === null ? { kind: 'begun', customer } : refused;
  };
}

interface Parts {
  readonly program: Program;
  /** Knows traits and consent alone: what is given happened before anything that is looked at. */
  readonly blank: Program;
  readonly names: CallNames;
  readonly somebody: string;
  readonly budgets: TestBudgets;
}

function budgetsOf({ offers }: Catalog): ReadonlyMap<string, OfferBudget> {
  const budgets = new Map<string, OfferBudget>();
  for (const { name, budget } of offers) if (budget !== null) budgets.set(name, budget);
  return budgets;
}

function blankOf(catalog: Catalog): Catalog {
  const nothing = { features: [], segments: [], triggers: [], offers: [], contactPolicy: [] };
  return { ...catalog, ...nothing, events: new Map(), placements: new Map() };
}

class EngineCustomer implements TestedCustomer, Timely {
  readonly id: string;
  state: CustomerState;
  private readonly calls: TestCalls;
  private readonly stories: TimeStories;
  private budgets: TestBudgets;
  /** What time has decided in the step at hand. */
  private brought: readonly Decision[] = [];

  constructor(
    private readonly parts: Parts,
    given: Given,
    /** Until when time has passed, epoch ms. */
    private reachedMs: number,
  ) {
    this.calls = new TestCalls(parts.names, given, parts.somebody);
    this.id = this.calls.customerId;
    this.state = emptyState(this.id);
    this.budgets = parts.budgets;
    this.stories = new TimeStories(parts.program);
  }

  /** Takes in what is known before the first event. */
  learn(given: Given, startMs: number): RefusedCall | null {
    if (Object.keys(given.traits).length === 0 && given.consent.size === 0) return null;
    const submission = this.calls.given(given, startMs);
    if ('kind' in submission) return submission;
    const stepped = this.step(this.parts.blank, { ...submission, decide: false });
    return stepped.kind === 'refused' ? stepped : null;
  }

  wait(nowMs: number, isLate: () => boolean): Passed {
    this.stories.beginStep();
    this.brought = [];
    const end = passTime(this.parts.program, this, this.reachedMs, nowMs, isLate);
    this.reachedMs = nowMs;
    if (end === 'endless') return ENDLESS;
    return end === 'late' ? { kind: 'late' } : { kind: 'passed', decisions: this.brought };
  }

  send(sent: TestEvent, context: JsonObject, nowMs: number): Happened {
    const { program } = this.parts;
    const named = this.withDecision(sent);
    if ('kind' in named) return named;
    const submission = this.calls.event(named, context, nowMs);
    if ('kind' in submission) return submission;
    const { state } = this;
    const inputs = this.inputsOf(submission);
    const stepped = this.step(program, submission);
    if (stepped.kind === 'refused') return stepped;
    const explain = () => {
      const explained = explainEvent(program, state, submission, inputs);
      return explained.kind === 'explained' ? explained : null;
    };
    if (stepped.kind === 'duplicate') return { kind: 'done', decisions: [], explain };
    this.stories.happened(sent.name, state, stepped, nowMs, explain);
    return { kind: 'done', decisions: stepped.decisions, explain };
  }

  ask(placement: string, context: JsonObject, nowMs: number): Asked | null {
    const { program } = this.parts;
    const { state } = this;
    if (state.waiting.length === 0) return null;
    const common = { userId: null, anonymousId: null, limit: null };
    const asked = { ...this.calls.context, ...context };
    const request = { ...common, placements: [placement], context: asked };
    const submission = this.submission({ kind: 'decide', request }, nowMs);
    const inputs = this.inputsOf(submission);
    const explained = explainWaiting(program, state, submission, inputs);
    if (explained === null) return null;
    const stepped = step(program, state, submission, inputs);
    // Where nothing survives the question is decided as if nothing waited, and nobody has asked that.
    if (stepped.kind === 'stepped' && stepped.decisions[0]?.waiting === true) {
      this.take(stepped);
      this.stories.asked(state, stepped.state, nowMs);
    }
    return explained;
  }

  storyOf(trigger: string, nowMs: number): TimeStory {
    return this.stories.of(trigger, this.state, nowMs);
  }

  fire(timer: Timer, nowMs: number): void {
    const { trigger, key, dueAtMs } = timer;
    const { state } = this;
    const stepped = this.bring({ kind: 'timer', trigger, key, dueAtMs }, nowMs);
    if (stepped.kind === 'stepped') this.stories.due(state, timer, stepped, nowMs);
  }

  look(nowMs: number): void {
    const { state } = this;
    const stepped = this.bring({ kind: 'look', dueAtMs: nowMs }, nowMs);
    if (stepped.kind === 'stepped') this.stories.looked(state, stepped, nowMs);
  }

  private bring(stimulus: Stimulus, nowMs: number): Stepped {
    const stepped = this.step(this.parts.program, this.submission(stimulus, nowMs));
    if (stepped.kind === 'stepped') this.brought = [...this.brought, ...stepped.decisions];
    return stepped;
  }

  /**
   * A test cannot know the ids of decisions: what is reported of an offer is of the last decision
   * that gave it, unless it says of which.
   */
  private withDecision(sent: TestEvent): TestEvent | RefusedCall {
    const { name, carried } = sent;
    if (outcomeKindOf({ type: 'track', name }) === null) return sent;
    const [decisionId, offerId] = OUTCOME_IDS.map((id) => outcomeId(carried, id));
    if (decisionId !== null || typeof offerId !== 'string') return sent;
    const last = this.state.decisions.findLast(({ offerIds }) => offerIds.includes(offerId));
    if (last === undefined) {
      return { kind: 'refused', message: `${offerId} was not given to this customer before` };
    }
    return { name, carried: { ...carried, decisionId: last.decisionId } };
  }

  private submission(stimulus: Stimulus, nowMs: number): Submission {
    return {
      ...{ stimulus, customerId: this.id, messageId: this.calls.nextMessageId() },
      ...{ nowMs, receivedAtMs: nowMs, live: true, decide: true, record: true },
    };
  }

  private inputsOf(submission: Submission): Inputs {
    const day = this.parts.program.calendar.day(submission.nowMs);
    return inputsOf(submission, this.budgets.on(day), null);
  }

  private step(program: Program, submission: Submission): Stepped {
    const stepped = step(program, this.state, submission, this.inputsOf(submission));
    if (stepped.kind === 'stepped') this.take(stepped);
    return stepped;
  }

  private take({ state, grants }: Extract<Stepped, { kind: 'stepped' }>): void {
    this.state = state;
    this.budgets = this.budgets.after(grants);
  }
}

const ENDLESS: Passed = {
  kind: 'endless',
  message: `in it something is due at more than ${INSTANTS_MAX.toLocaleString('en')} instants`,
};
