// The customer of a catalog's test over the real thing: events are read as the gateway reads them, and
// stepped by the engine. The state is in memory: no Redis, no ledger.

import type { Given, TestEvent } from '../catalog-tests/catalog-test.ts';
import { freeId } from '../catalog-tests/miss-text.ts';
import type { BeginTest, Happened, TestedCustomer } from '../catalog-tests/tested-customer.ts';
import { explainEvent } from '../engine/explain-event.ts';
import { type Program, prepare } from '../engine/program.ts';
import { step } from '../engine/step.ts';
import type { CallNames } from '../gateway/call-names.ts';
import { type Envelope, EventReader } from '../gateway/event-reader.ts';
import type { Catalog, OfferBudget } from '../model/catalog.ts';
import type { Inputs } from '../model/inputs.ts';
import type { JsonObject } from '../model/json.ts';
import { jsonText } from '../model/json-text.ts';
import { OUTCOME_IDS, outcomeId, outcomeKindOf } from '../model/outcome-events.ts';
import { type CustomerState, emptyState } from '../model/state.ts';
import type { Stepped, Submission } from '../model/step.ts';
import { inputsOf } from '../pipeline.ts';
import { namesOfTest } from './call-names.ts';
import { TestBudgets } from './test-budgets.ts';

/** Whoever a test that names nobody is about. */
const SOMEBODY = 'somebody';

/** A group that a test joins without saying which. */
const SOME_GROUP = 'some-group';

/** Begins tests of a catalog, one at a time. */
export function testsOf(catalog: Catalog): BeginTest {
  const names = namesOfTest(catalog);
  const parts: Parts = {
    catalog,
    program: prepare(catalog, 1),
    blank: prepare(blankOf(catalog), 0),
    names,
    reader: new EventReader(names),
    somebody: freeId(catalog, SOMEBODY) ?? SOMEBODY,
    budgets: TestBudgets.whole(budgetsOf(catalog)),
  };
  return (given, startMs) => {
    const customer = new EngineCustomer(parts, given);
    const refused = customer.learn(given, startMs);
    return refused === null ? { kind: 'begun', customer } : refused;
  };
}

interface Parts {
  readonly catalog: Catalog;
  readonly program: Program;
  /** Knows traits and consent alone: what is given happened before anything that is looked at. */
  readonly blank: Program;
  readonly names: CallNames;
  readonly reader: EventReader;
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

type Refused = Extract<Happened, { kind: 'refused' }>;

class EngineCustomer implements TestedCustomer {
  readonly id: string;
  private readonly who: JsonObject;
  private readonly context: JsonObject;
  private readonly contextBytes: number;
  private state: CustomerState;
  private budgets: TestBudgets;
  private messages = 0;

  constructor(
    private readonly parts: Parts,
    { userId, anonymousId, context }: Given,
  ) {
    const named = userId === null && anonymousId === null ? parts.somebody : userId;
    this.who = {
      ...(named === null ? {} : { userId: named }),
      ...(anonymousId === null ? {} : { anonymousId }),
    };
    this.id = named === null ? `anonymous:${anonymousId}` : (parts.names.idOf(named) ?? named);
    this.context = context;
    this.contextBytes = jsonText(context).length;
    this.state = emptyState(this.id);
    this.budgets = parts.budgets;
  }

  /** Takes in what is known before the first event. */
  learn({ traits, consent }: Given, startMs: number): Refused | null {
    if (Object.keys(traits).length === 0 && consent.size === 0) return null;
    const context = { consent: { categoryPreferences: Object.fromEntries(consent) } };
    const call = { type: 'identify', traits, context };
    const submission = this.read(call, startMs, null);
    if ('kind' in submission) return submission;
    const stepped = this.step(this.parts.blank, { ...submission, decide: false });
    return stepped.kind === 'refused' ? stepped : null;
  }

  send(sent: TestEvent, context: JsonObject, nowMs: number): Happened {
    const named = this.withDecision(sent);
    if ('kind' in named) return named;
    const submission = this.read({ ...callOf(named), context }, nowMs, this.context);
    if ('kind' in submission) return submission;
    const { state } = this;
    const inputs = this.inputsOf(submission);
    const stepped = this.step(this.parts.program, submission);
    if (stepped.kind === 'refused') return stepped;
    const decisions = stepped.kind === 'stepped' ? stepped.decisions : [];
    const explain = () => {
      const explained = explainEvent(this.parts.program, state, submission, inputs);
      return explained.kind === 'explained' ? explained : null;
    };
    return { kind: 'done', decisions, explain };
  }

  /** Nothing waits for its time yet: timers will fire here, and be decided. */
  wait(): Happened {
    return { kind: 'done', decisions: [], explain: () => null };
  }

  /**
   * A test cannot know the ids of decisions: what is reported of an offer is of the last decision
   * that gave it, unless it says of which.
   */
  private withDecision(sent: TestEvent): TestEvent | Refused {
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

  private read(call: JsonObject, nowMs: number, context: JsonObject | null): Submission | Refused {
    const envelope: Envelope = {
      receivedAtMs: nowMs,
      text: MAY_HAVE_ESCAPES,
      context,
      contextBytes: context === null ? 0 : this.contextBytes,
      sentAtMs: null,
      live: true,
      decide: true,
    };
    const body = { ...call, ...this.who, messageId: `test-${this.messages++}` };
    const read = this.parts.reader.readTyped(body, envelope);
    return 'stimulus' in read ? read : { kind: 'refused', message: read.message };
  }

  private inputsOf(submission: Submission): Inputs {
    const day = this.parts.program.calendar.day(submission.nowMs);
    return inputsOf(submission, this.budgets.on(day));
  }

  private step(program: Program, submission: Submission): Stepped {
    const stepped = step(program, this.state, submission, this.inputsOf(submission));
    if (stepped.kind === 'stepped') {
      this.state = stepped.state;
      this.budgets = this.budgets.after(stepped.grants);
    }
    return stepped;
  }
}

/** The reader looks closely at texts that came with escapes: YAML has them, too. */
const MAY_HAVE_ESCAPES = '\\u';

/** The call of Segment that an event of a test is. */
function callOf({ name, carried }: TestEvent): JsonObject {
  switch (name) {
    case '$page':
      return { type: 'page', properties: carried };
    case '$screen':
      return { type: 'screen', properties: carried };
    case '$identify':
      return { type: 'identify', traits: carried };
    case '$group': {
      const { groupId } = carried;
      return { type: 'group', groupId: groupId ?? SOME_GROUP, traits: carried };
    }
    default:
      return { type: 'track', event: name, properties: carried };
  }
}
