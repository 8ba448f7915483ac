// Hot path. What expressions read, over a state and an event: one reusable object per program, so
// that a step makes no closures. Everything is read lazily; features and segments are remembered
// for the rest of the step, marked with the step's number instead of being cleared. What becomes of
// it by time alone is asked of a second object, which counts nothing (`later`).

import type { FeatureDefinition, SegmentDefinition } from '../model/catalog.ts';
import type { CustomerEvent } from '../model/event.ts';
import { heldOut } from '../model/hash.ts';
import { type Inputs, NO_INPUTS } from '../model/inputs.ts';
import { restlessUntil } from '../model/look-ahead.ts';
import { type CustomerState, emptyState, type FeatureValue } from '../model/state.ts';
import type { Submission } from '../model/step.ts';
import { Instant, type MaybeValue, type Outlook, type Search, type Value } from '../model/value.ts';
import { type Counters, newCounters } from './counters.ts';
import type { FeatureRuntime } from './features/features.ts';
import { memberUntil } from './timers/horizon.ts';

/** What is said of an event beside it. */
type SaidOf = Pick<Submission, 'messageId' | 'receivedAtMs'>;

/** What a scope needs of a catalog. */
export interface ScopeCatalog {
  readonly features: readonly FeatureDefinition[];
  /** By slot; null for a formula. */
  readonly runtimes: readonly (FeatureRuntime | null)[];
  readonly segments: readonly SegmentDefinition[];
  readonly consent: ReadonlyMap<string, boolean>;
  /** Placement → share held out, in parts of 10,000. */
  readonly holdouts: ReadonlyMap<string, number>;
  readonly counters: Counters;
}

type Fields = { readonly [key: string]: Value };

const NOBODY = emptyState('');

/** A scope over a state. `point` it before use; what it returned stays valid after. */
export class StateScope implements Outlook {
  nowMs = 0;
  inputs: Inputs = NO_INPUTS;
  firingKey: string | undefined = undefined;
  firingTrigger: string | undefined = undefined;
  message: Fields | undefined = undefined;
  /** Number of this use; a memo is valid when its mark equals it. */
  use = 0;
  /** The scope of the state before the event; itself for a scope that is one. */
  readonly before: StateScope;

  private submission: SaidOf | null = null;
  private source: CustomerEvent | null = null;
  private sourceView: Fields | undefined = undefined;
  private state: CustomerState = NOBODY;
  private traitView: Fields | undefined = undefined;
  private readonly featureMarks: number[];
  private readonly featureMemo: MaybeValue[];
  private readonly segmentMarks: number[];
  private readonly segmentMemo: (boolean | string)[];
  /** Of features, then of segments; made when somebody looks ahead. Below 0: restless until then. */
  private readonly untilMarks: number[] = [];
  private readonly untilMemo: number[] = [];
  private ahead: StateScope | null = null;

  constructor(
    private readonly catalog: ScopeCatalog,
    before: StateScope | null,
    readonly search: Search = { looksLeft: 0, restless: false },
  ) {
    this.before = before ?? this;
    this.featureMarks = new Array<number>(catalog.features.length).fill(0);
    this.featureMemo = new Array<MaybeValue>(catalog.features.length).fill(undefined);
    this.segmentMarks = new Array<number>(catalog.segments.length).fill(0);
    this.segmentMemo = new Array<boolean | string>(catalog.segments.length).fill(false);
  }

  /**
   * Turns the scope to a state at a time.
   * @param submission what is being stepped, or said of the event; null = nothing, somebody only looks
   * @param event its event; null = it has none
   */
  point(
    state: CustomerState,
    submission: SaidOf | null,
    event: CustomerEvent | null,
    inputs: Inputs,
    nowMs: number,
  ): this {
    this.use++;
    this.nowMs = nowMs;
    this.inputs = inputs;
    this.firingKey = undefined;
    this.firingTrigger = undefined;
    this.message = undefined;
    this.submission = submission;
    this.source = event;
    this.sourceView = undefined;
    this.state = state;
    this.traitView = undefined;
    return this;
  }

  /** Turns it to another event at the same time: what was remembered of expressions is forgotten. */
  pointEvent(submission: SaidOf | null, event: CustomerEvent | null): void {
    this.use++;
    this.submission = submission;
    this.source = event;
    this.sourceView = undefined;
  }

  /** Makes `firing` that of a trigger; unknown without one. */
  pointFiring(trigger: string | undefined, key: string | null): void {
    this.firingTrigger = trigger;
    this.firingKey = key ?? undefined;
  }

  /** The state that it was turned to. */
  get customer(): CustomerState {
    return this.state;
  }

  /** The event at hand as it is; null = there is none. */
  get eventAtHand(): CustomerEvent | null {
    return this.source;
  }

  get event(): Fields | undefined {
    if (this.source === null || this.submission === null) return undefined;
    this.sourceView ??= eventView(this.source, this.submission, this.state.customerId);
    return this.sourceView;
  }

  /** Asked of the state only when something is drawn: most events draw nothing. */
  get drawnAs(): string {
    return this.state.drawnAs || this.state.customerId;
  }

  get context(): Fields {
    return this.inputs.context;
  }

  trait(name: string): MaybeValue {
    const trait = this.state.traits.get(name);
    return trait === undefined || trait.value === null ? undefined : trait.value;
  }

  traits(): Fields {
    this.traitView ??= traitView(this.state.traits);
    return this.traitView;
  }

  feature(slot: number): MaybeValue {
    if (this.featureMarks[slot] === this.use) return this.featureMemo[slot];
    // Unknown while it is being computed: a formula that reads itself ends instead of recursing.
    this.featureMarks[slot] = this.use;
    this.featureMemo[slot] = undefined;
    const runtime = this.catalog.runtimes[slot];
    const value =
      runtime == null
        ? this.catalog.features[slot]?.formula?.(this)
        : runtime.read(this.stored(runtime), this.nowMs);
    this.featureMemo[slot] = value;
    return value;
  }

  featureAt(slot: number, key: string): MaybeValue {
    const runtime = this.catalog.runtimes[slot];
    return runtime == null ? undefined : runtime.readKey(this.stored(runtime), key, this.nowMs);
  }

  top(slot: number): string | undefined {
    const runtime = this.catalog.runtimes[slot];
    return runtime == null ? undefined : runtime.top(this.stored(runtime), this.nowMs);
  }

  segment(index: number): boolean | string {
    if (this.segmentMarks[index] === this.use) return this.segmentMemo[index]!;
    const segment = this.catalog.segments[index]!;
    this.segmentMarks[index] = this.use;
    this.segmentMemo[index] = segment.members === null ? false : '';
    const value = segment.members === null ? this.holds(segment) : this.member(segment);
    this.segmentMemo[index] = value;
    return value;
  }

  consent(purpose: string): boolean {
    return this.state.consent.get(purpose)?.granted ?? this.catalog.consent.get(purpose) ?? false;
  }

  inHoldout(placement: string): boolean {
    return heldOut(placement, this.drawnAs, this.catalog.holdouts.get(placement) ?? 0);
  }

  later(nowMs: number): StateScope {
    if (this.ahead === null) {
      const catalog = { ...this.catalog, counters: newCounters() };
      this.ahead = new StateScope(catalog, null, this.search);
    }
    return this.ahead.point(this.state, this.submission, this.source, this.inputs, nowMs);
  }

  featureUntil(slot: number): number {
    const runtime = this.catalog.runtimes[slot];
    return this.untilOnce(slot, () =>
      runtime == null
        ? (this.catalog.features[slot]?.formula?.course?.until(this) ?? this.nowMs)
        : runtime.until(this.stored(runtime), this.nowMs),
    );
  }

  featurePace(slot: number): number {
    return this.catalog.features[slot]?.formula?.course?.pace(this) ?? 0;
  }

  featureAtUntil(slot: number, key: string): number {
    const runtime = this.catalog.runtimes[slot];
    if (runtime == null) return Number.POSITIVE_INFINITY;
    return this.settled(runtime.keyUntil(this.stored(runtime), key, this.nowMs));
  }

  topUntil(slot: number): number {
    const runtime = this.catalog.runtimes[slot];
    if (runtime == null) return Number.POSITIVE_INFINITY;
    return this.settled(runtime.topUntil(this.stored(runtime), this.nowMs));
  }

  testUntil(slot: number, key: string | null, test: (value: MaybeValue) => MaybeValue): number {
    const runtime = this.catalog.runtimes[slot];
    if (runtime == null) return this.featureUntil(slot);
    return this.settled(runtime.testUntil(this.stored(runtime), key, this.nowMs, test));
  }

  segmentUntil(index: number): number {
    const { features, segments } = this.catalog;
    return this.untilOnce(features.length + index, () => memberUntil(segments[index]!, null, this));
  }

  /** What is read twice would be reckoned twice, and in a chain of such formulas 2^n times. */
  private untilOnce(at: number, reckon: () => number): number {
    const { search, untilMemo } = this;
    const wasRestless = search.restless;
    if (this.untilMarks[at] !== this.use) {
      this.untilMarks[at] = this.use;
      untilMemo[at] = Number.POSITIVE_INFINITY;
      search.restless = false;
      const untilMs = this.settled(reckon());
      untilMemo[at] = search.restless ? -untilMs : untilMs;
    }
    search.restless = wasRestless || untilMemo[at]! < 0;
    return Math.abs(untilMemo[at]!);
  }

  private settled(untilMs: number): number {
    return untilMs > this.nowMs ? untilMs : restlessUntil(this);
  }

  private stored(runtime: FeatureRuntime): FeatureValue {
    return this.state.features.get(runtime.definition.id) ?? null;
  }

  private holds(segment: SegmentDefinition): boolean {
    const held = segment.condition?.(this);
    if (held === undefined) this.catalog.counters.conditionsUnknown++;
    return held === true;
  }

  private member(segment: SegmentDefinition): string {
    for (const member of segment.members!) {
      const held = member.condition(this);
      if (held === true) return member.name;
      if (held === undefined) this.catalog.counters.conditionsUnknown++;
    }
    return '';
  }
}

/** The event as expressions see it. Absent ids are absent keys. A page's name is its own. */
function eventView(event: CustomerEvent, submission: SaidOf, customerId: string): Fields {
  const { type, label } = event;
  const view: { [key: string]: Value } = {
    type,
    name: (type === 'page' || type === 'screen' ? label : null) ?? event.name,
    event: event.name,
    messageId: submission.messageId,
    customerId,
    timestamp: new Instant(event.timestampMs),
    receivedAt: new Instant(submission.receivedAtMs),
    properties: event.properties,
    traits: event.traits,
    context: event.context,
  };
  if (event.userId !== null) view.userId = event.userId;
  if (event.anonymousId !== null) view.anonymousId = event.anonymousId;
  if (event.label !== null) view.label = event.label;
  return view;
}

function traitView(traits: CustomerState['traits']): Fields {
  const view: { [key: string]: Value } = {};
  for (const [name, trait] of traits) if (trait.value !== null) view[name] = trait.value;
  return view;
}
