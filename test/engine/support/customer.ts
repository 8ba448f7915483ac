// One customer against the engine: sends what callers send, keeps the state, and checks on every
// step that the state it gave was left as it was.

import { expect } from 'vitest';
import { explainEvent } from '../../../src/engine/explain-event.ts';
import { type Program, prepare } from '../../../src/engine/program.ts';
import { step } from '../../../src/engine/step.ts';
import { duePlan } from '../../../src/engine/timers/plan.ts';
import { view } from '../../../src/engine/view.ts';
import type { KnownBudgets } from '../../../src/model/budget.ts';
import type { Catalog } from '../../../src/model/catalog.ts';
import type { Decision } from '../../../src/model/decision.ts';
import type {
  CustomerEvent,
  OutcomeKind,
  OutcomeReport,
  Stimulus,
} from '../../../src/model/event.ts';
import type { EventExplanation } from '../../../src/model/explanation.ts';
import type { Inputs } from '../../../src/model/inputs.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { ListSource } from '../../../src/model/list-source.ts';
import { type CustomerState, emptyState } from '../../../src/model/state.ts';
import type { Stepped, Submission } from '../../../src/model/step.ts';
import { catalogOf, type Parts, START } from './catalog-builder.ts';

export type Done = Extract<Stepped, { kind: 'stepped' }>;

export interface SendOptions extends Partial<Submission> {
  /** Event time; default now. */
  readonly at?: number;
  readonly context?: JsonObject;
  readonly limit?: number | null;
  readonly budgets?: KnownBudgets;
  readonly lists?: ListSource;
  readonly explain?: boolean;
  readonly event?: Partial<CustomerEvent>;
}

export class Customer {
  state: CustomerState;
  nowMs = START;
  program: Program;
  private messages = 0;

  constructor(
    catalog: Catalog | Parts,
    readonly id = 'u1',
  ) {
    this.program = prepare('timezone' in catalog ? catalog : catalogOf(catalog), 1);
    this.state = emptyState(id);
  }

  /** Publishes another catalog. */
  publish(parts: Parts): void {
    this.publishCatalog(catalogOf(parts));
  }

  publishCatalog(catalog: Catalog): void {
    this.program = prepare(catalog, this.program.publication + 1);
  }

  wait(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  track(name: string, properties: JsonObject = {}, options: SendOptions = {}): Done {
    return this.send({ type: 'track', name, label: name, properties }, null, options);
  }

  identify(traits: JsonObject, options: SendOptions = {}): Done {
    return this.send({ type: 'identify', name: '$identify', traits }, null, options);
  }

  decide(placements: readonly string[], options: SendOptions = {}): Done {
    const messageId = options.messageId ?? this.nextMessageId();
    const request = {
      userId: this.id,
      anonymousId: null,
      placements,
      limit: options.limit ?? null,
      context: options.context ?? {},
      explain: options.explain ?? false,
    };
    return done(this.step({ stimulus: { kind: 'decide', request }, messageId }, options));
  }

  outcome(decision: Decision, offerId: string, outcome: OutcomeKind, options: SendOptions = {}) {
    const report = this.report(decision.decisionId, offerId, outcome, options);
    const stimulus = { kind: 'outcome', outcome: report } as const;
    return this.step({ stimulus, messageId: options.messageId ?? this.nextMessageId() }, options);
  }

  /** An outcome as a track event. */
  outcomeEvent(name: string, decisionId: string, offerId: string, outcome: OutcomeKind): Stepped {
    const report = this.report(decisionId, offerId, outcome, {});
    const event = this.event({ type: 'track', name, properties: { decisionId, offerId } }, {});
    const stimulus = { kind: 'event', event, outcome: report } as const;
    return this.step({ stimulus, messageId: this.nextMessageId() }, {});
  }

  /** What is due by now, seen to as a worker does: timers in their order, then a look. */
  passTime(): readonly Done[] {
    const plan = duePlan(this.program, this.state, this.nowMs);
    const stimuli: Stimulus[] = plan.timers.map(({ trigger, key, dueAtMs }) => ({
      ...{ kind: 'timer', trigger, key, dueAtMs },
    }));
    if (plan.look) stimuli.push({ kind: 'look', dueAtMs: this.nowMs });
    return stimuli.flatMap((stimulus) => {
      const stepped = this.step({ stimulus, messageId: this.nextMessageId() }, {});
      return stepped.kind === 'stepped' ? [stepped] : [];
    });
  }

  send(event: Partial<CustomerEvent>, outcome: OutcomeReport | null, options: SendOptions): Done {
    const made = this.event(event, options);
    const stimulus = { kind: 'event', event: made, outcome } as const;
    const messageId = options.messageId ?? this.nextMessageId();
    return done(this.step({ stimulus, messageId }, options));
  }

  step(parts: Pick<Submission, 'stimulus' | 'messageId'>, options: SendOptions): Stepped {
    const submission = this.submission(parts, options);
    const inputs = inputsOf(options);
    const before = structuredClone(this.state);
    const stepped = step(this.program, freeze(this.state), submission, inputs);
    expect(this.state).toEqual(before);
    if (stepped.kind === 'stepped' && submission.record) this.state = stepped.state;
    return stepped;
  }

  /** What an event would do. */
  explain(name: string, properties: JsonObject = {}, options: SendOptions = {}): EventExplanation {
    const { submission, inputs } = this.asked(name, properties, options);
    const before = structuredClone(this.state);
    const explained = explainEvent(this.program, freeze(this.state), submission, inputs);
    expect(this.state).toEqual(before);
    if (explained.kind !== 'explained') throw new Error(`refused: ${explained.message}`);
    return explained;
  }

  /** What is given to who explains an event. */
  asked(name: string, properties: JsonObject = {}, options: SendOptions = {}) {
    const event = this.event({ type: 'track', name, label: name, properties }, options);
    const submission = this.submission(
      { stimulus: { kind: 'event', event, outcome: null }, messageId: 'asked' },
      options,
    );
    return { submission, inputs: inputsOf(options) };
  }

  view() {
    return view(this.program, this.state, this.nowMs);
  }

  private submission(
    parts: Pick<Submission, 'stimulus' | 'messageId'>,
    options: SendOptions,
  ): Submission {
    return {
      customerId: this.id,
      nowMs: this.nowMs,
      receivedAtMs: this.nowMs,
      live: true,
      decide: true,
      record: true,
      ...pick(options),
      ...parts,
    };
  }

  private event(event: Partial<CustomerEvent>, options: SendOptions): CustomerEvent {
    return {
      type: 'track',
      name: '',
      userId: this.id,
      anonymousId: null,
      timestampMs: options.at ?? options.nowMs ?? this.nowMs,
      properties: {},
      traits: {},
      context: options.context ?? {},
      label: null,
      ...event,
      ...options.event,
    };
  }

  private report(
    decisionId: string,
    offerId: string,
    outcome: OutcomeKind,
    options: SendOptions,
  ): OutcomeReport {
    return { timestampMs: options.at ?? this.nowMs, decisionId, offerId, outcome };
  }

  private nextMessageId(): string {
    this.messages++;
    return `${this.id}-m${this.messages}`;
  }
}

/** The only decision of a step. */
export function only(done: Done): Decision {
  expect(done.decisions).toHaveLength(1);
  return done.decisions[0]!;
}

export const offersOf = (decision: Decision): string[] => decision.offers.map((o) => o.offerId);

/** What became of one candidate, as `stage/reason`. */
export function fateOf(decision: Decision, offerId: string): string | null {
  const candidate = decision.candidates.find((c) => c.offerId === offerId);
  return candidate === undefined ? null : `${candidate.stage}/${candidate.reason}`;
}

function done(stepped: Stepped): Done {
  if (stepped.kind !== 'stepped') throw new Error(`not stepped but ${JSON.stringify(stepped)}`);
  return stepped;
}

function inputsOf({ context, budgets, lists }: SendOptions): Inputs {
  return { context: context ?? {}, budgets: budgets ?? null, lists: lists ?? null };
}

function pick(options: SendOptions): Partial<Submission> {
  const { at, context, limit, explain, event, budgets, ...submission } = options;
  return submission;
}

/** Freezes plain objects and arrays; maps are compared after the step instead. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Map) {
    for (const item of value.values()) freeze(item);
    return value;
  }
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
  return value;
}
