// What has become, last, of each trigger of time in a catalog's test: noted as it happens, told when an
// expectation is not met.

import type { TimeStory } from '../catalog-tests/time-story.ts';
import { answers } from '../engine/decide/one-of.ts';
import type { Program } from '../engine/program.ts';
import { explainDue, explainOutside } from '../engine/timers/explain-due.ts';
import { isSameTimer } from '../engine/timers/timer-list.ts';
import type { Decision } from '../model/decision.ts';
import type { EventExplanation } from '../model/explanation.ts';
import type { CustomerState } from '../model/state.ts';
import type { Stepped } from '../model/step.ts';
import type { Timer } from '../model/timer.ts';

type Done = Extract<Stepped, { kind: 'stepped' }>;

/** In which step of the test; the story is worked out when it is told. */
interface Noted {
  readonly step: number;
  readonly tell: (state: CustomerState, nowMs: number) => TimeStory;
}

const IN = 1;

export class TimeStories {
  private step = 0;
  private readonly last = new Map<string, Noted>();
  /** The last event of each name, and what it made of the triggers. */
  private readonly events = new Map<string, () => EventExplanation | null>();

  constructor(private readonly program: Program) {}

  beginStep(): void {
    this.step++;
  }

  /** A timer was due. */
  due(before: CustomerState, timer: Timer, { due, decisions }: Done, nowMs: number): void {
    const { trigger, dueAtMs } = timer;
    const why = () => explainDue(this.program, before, timer, nowMs);
    if (due?.result === 'missed') this.missed(trigger, dueAtMs);
    else if (due?.result === 'fired' || due?.result === 'put_off') {
      this.fired(trigger, nowMs, decisions);
    } else this.note(trigger, () => ({ kind: 'not_fired', dueAtMs, why: why() }));
  }

  /** Segments were looked at. @param before the customer then, without what was looked for */
  looked(before: CustomerState, { state, firings, decisions }: Done, nowMs: number): void {
    for (const { trigger, time } of this.program.timed?.enters ?? []) {
      const { name } = trigger.definition;
      const [was, is] = [before.noted.get(time.id), state.noted.get(time.id)];
      if (was === is) continue;
      const fired = firings.find((firing) => firing.trigger === name);
      if (is !== IN) this.last.delete(name);
      else if (fired?.status === 'fired') this.fired(name, nowMs, decisions);
      else if (fired !== undefined) this.missed(name, fired.dueAtMs);
      else if (was === undefined) this.note(name, () => ({ kind: 'in_before' }));
      else {
        const entered = { trigger: name, key: null, event: '', placements: null };
        // As it is after it: the customer is in the segment by now.
        const why = () => explainDue(this.program, state, entered, nowMs);
        this.note(name, () => ({ kind: 'not_fired', dueAtMs: nowMs, why: why() }));
      }
    }
  }

  /** An event came. */
  happened(
    name: string,
    before: CustomerState,
    done: Done,
    nowMs: number,
    explain: () => EventExplanation | null,
  ): void {
    if (this.program.timed === null) return;
    // The latest last.
    this.events.delete(name);
    this.events.set(name, explain);
    this.looked(before, done, nowMs);
    const { timers, waiting } = done.state;
    for (const { trigger, untilMs } of before.waiting) {
      if (untilMs <= nowMs || waiting.some((other) => other.trigger === trigger)) continue;
      this.note(trigger, () => ({ kind: 'ended', by: name }));
    }
    for (const timer of before.timers) {
      if (timers.some((other) => isSameTimer(other, timer))) continue;
      const { trigger, dueAtMs, placements } = timer;
      this.note(trigger, () =>
        placements === null
          ? { kind: 'cancelled', dueAtMs, by: name }
          : { kind: 'ended', by: name },
      );
    }
  }

  /** Something that waited was asked for, and has brought offers. */
  asked(before: CustomerState, { waiting }: CustomerState, atMs: number): void {
    for (const { trigger, firedAtMs, untilMs } of before.waiting) {
      if (untilMs <= atMs || waiting.some((other) => other.trigger === trigger)) continue;
      this.note(trigger, () => ({ kind: 'answered', firedAtMs, atMs }));
    }
  }

  of(trigger: string, state: CustomerState, nowMs: number): TimeStory {
    const timers = state.timers.filter((timer) => timer.trigger === trigger);
    const putOff = timers.find(({ placements }) => placements !== null);
    if (putOff !== undefined) return { kind: 'put_off', untilMs: putOff.dueAtMs };
    const noted = this.last.get(trigger);
    const [pending] = timers;
    if (noted !== undefined && (noted.step === this.step || pending === undefined)) {
      return noted.tell(state, nowMs);
    }
    if (pending !== undefined) return { kind: 'pending', dueAtMs: pending.dueAtMs };
    const notArmed = this.notArmed(trigger);
    if (notArmed !== null) return notArmed;
    return { kind: 'idle', blame: explainOutside(this.program, state, trigger, nowMs) };
  }

  /** The last event that it is on, which would have armed it if its `when` had been true. */
  private notArmed(trigger: string): TimeStory | null {
    for (const [by, explain] of [...this.events].reverse()) {
      const why = explain()?.triggers.find((each) => each.trigger === trigger);
      if (why !== undefined) return { kind: 'not_armed', by, why };
    }
    return null;
  }

  private missed(trigger: string, dueAtMs: number): void {
    this.note(trigger, () => ({ kind: 'missed', dueAtMs }));
  }

  /** @param decisions made at once: of what channels carry away */
  private fired(trigger: string, firedAtMs: number, decisions: readonly Decision[]): void {
    const { waitMs } = this.program.triggers.get(trigger)!;
    const isAnswered = decisions.some((made) => made.trigger === trigger && answers(made));
    this.note(trigger, ({ waiting }, nowMs) => {
      if (isAnswered) return { kind: 'answered', firedAtMs, atMs: firedAtMs };
      const still = waiting.filter((each) => each.trigger === trigger && each.untilMs > nowMs);
      const placements = still.flatMap((each) => each.placements);
      if (still.length > 0) return { kind: 'waits', firedAtMs, placements };
      return { kind: 'over', firedAtMs, untilMs: firedAtMs + waitMs };
    });
  }

  private note(trigger: string, tell: Noted['tell']): void {
    this.last.set(trigger, { step: this.step, tell });
  }
}
