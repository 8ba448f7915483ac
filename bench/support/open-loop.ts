// Phases of load at fixed rates, one after the other without a pause. Open loop: a request is due
// whatever the answers do, and its latency counts from then. Bounded all the same: what is due and
// found no connection for PATIENCE_MS is given up, as by a client that hangs up.

import * as hdr from 'hdr-histogram-js';
import { type HttpAnswer, HttpConnection } from './http-connection.ts';
import { ACKNOWLEDGED, Outcomes, REFUSED, UNKNOWN } from './outcomes.ts';
import { Traffic, type TrafficPlan, type TrafficRequest } from './traffic.ts';

export interface LoadPhase {
  readonly requestsPerS: number;
  readonly durationMs: number;
}

export interface OpenLoopPlan {
  /** Connections are spread over them. */
  readonly ports: readonly number[];
  readonly connections: number;
  readonly phases: readonly LoadPhase[];
  readonly traffic: TrafficPlan;
}

/** Requests are counted in the phase in which they were due. */
export interface PhaseResult {
  readonly asked: number;
  readonly served: number;
  /** Messages of the served requests: a batch has many. */
  readonly messages: number;
  /** By status and code, e.g. `503 overloaded`. */
  readonly refused: { readonly [statusAndCode: string]: number };
  /** The connection closed, or no answer came in time. */
  readonly unanswered: number;
  /** Never sent: no connection was free for PATIENCE_MS. */
  readonly givenUp: number;
  /** Of the served ones, from when they were due; microseconds. */
  readonly latencyUs: { readonly [percentile: string]: number };
}

export interface OpenLoopResult {
  readonly phases: readonly PhaseResult[];
  readonly events: Uint8Array;
  readonly decides: Uint8Array;
}

const PATIENCE_MS = 5_000;
const ANSWER_MS_MAX = 15_000;
const TICK_MS = 1;

/** @param onPhase told when a phase begins, and with the number of phases when all is answered */
export async function openLoop(
  plan: OpenLoopPlan,
  onPhase: (index: number) => void,
): Promise<OpenLoopResult> {
  const loop = new OpenLoop(plan);
  await loop.connected();
  for (let index = 0; index < plan.phases.length; index++) {
    onPhase(index);
    await loop.run(plan.phases[index]!);
  }
  await loop.settled();
  onPhase(plan.phases.length);
  return loop.result();
}

/** Latencies and counts of one phase while it runs. */
class PhaseCount {
  asked = 0;
  served = 0;
  messages = 0;
  unanswered = 0;
  givenUp = 0;
  readonly refused: Record<string, number> = {};
  private readonly histogram = hdr.build({ numberOfSignificantValueDigits: 3 });

  serve(messages: number, latencyMs: number): void {
    this.served++;
    this.messages += messages;
    this.histogram.recordValue(Math.max(1, Math.round(latencyMs * 1000)));
  }

  refuse(status: number, code: string): void {
    const name = `${status} ${code}`.trim();
    this.refused[name] = (this.refused[name] ?? 0) + 1;
  }

  result(): PhaseResult {
    const { asked, served, messages, refused, unanswered, givenUp } = this;
    const latencyUs: Record<string, number> = {};
    for (const p of [50, 95, 99, 99.9, 100]) {
      latencyUs[p] = this.histogram.getValueAtPercentile(p);
    }
    return { asked, served, messages, refused, unanswered, givenUp, latencyUs };
  }
}

interface Due {
  readonly atMs: number;
  readonly phase: PhaseCount;
}

class OpenLoop {
  private readonly traffic: Traffic;
  private readonly outcomes = { events: new Outcomes(), decide: new Outcomes() };
  private readonly counts: PhaseCount[] = [];
  private readonly connections: readonly HttpConnection[];
  private readonly idle: HttpConnection[] = [];
  private readonly underWay = new Map<HttpConnection, number>();
  private readonly waiting = new Queue<Due>();

  constructor(private readonly plan: OpenLoopPlan) {
    this.traffic = new Traffic(plan.traffic);
    const onIdle = (connection: HttpConnection) => this.onIdle(connection);
    this.connections = Array.from(
      { length: plan.connections },
      (_, i) => new HttpConnection(plan.ports[i % plan.ports.length]!, onIdle),
    );
  }

  async connected(): Promise<void> {
    while (this.idle.length < this.plan.connections) await tick();
  }

  async run({ requestsPerS, durationMs }: LoadPhase): Promise<void> {
    const phase = new PhaseCount();
    this.counts.push(phase);
    const startedAtMs = performance.now();
    const total = Math.floor((requestsPerS * durationMs) / 1000);
    while (phase.asked < total || performance.now() < startedAtMs + durationMs) {
      const elapsedMs = performance.now() - startedAtMs;
      const due = Math.min(total, Math.floor((elapsedMs * requestsPerS) / 1000));
      for (; phase.asked < due; phase.asked++) {
        const atMs = startedAtMs + ((phase.asked + 1) * 1000) / requestsPerS;
        const connection = this.takeIdle();
        if (connection === null) this.waiting.push({ atMs, phase });
        else this.send(connection, { atMs, phase });
      }
      this.giveUp();
      await tick();
    }
  }

  /** Waits until nothing is waiting or under way; both end by themselves. */
  async settled(): Promise<void> {
    while (this.waiting.first !== undefined || this.underWay.size > 0) {
      this.giveUp();
      await tick();
    }
    for (const connection of this.connections) connection.close();
  }

  result(): OpenLoopResult {
    return {
      phases: this.counts.map((count) => count.result()),
      events: this.outcomes.events.all(),
      decides: this.outcomes.decide.all(),
    };
  }

  private onIdle(connection: HttpConnection): void {
    const due = this.waiting.shift();
    if (due === undefined) this.idle.push(connection);
    else this.send(connection, due);
  }

  /** Connections that closed while idle are still listed. */
  private takeIdle(): HttpConnection | null {
    for (;;) {
      const connection = this.idle.pop();
      if (connection === undefined) return null;
      if (connection.isIdle) return connection;
    }
  }

  private send(connection: HttpConnection, due: Due): void {
    const request = this.traffic.next();
    this.underWay.set(connection, performance.now());
    connection.send(request.bytes, (answer) => {
      this.underWay.delete(connection);
      this.settle(request, due, answer);
    });
  }

  private settle(request: TrafficRequest, { phase, atMs }: Due, answer: HttpAnswer): void {
    const { kind, first, count } = request;
    if (answer === null) {
      phase.unanswered++;
      this.outcomes[kind].set(first, count, UNKNOWN);
    } else if (answer.status < 300) {
      phase.serve(count, performance.now() - atMs);
      this.outcomes[kind].set(first, count, ACKNOWLEDGED);
    } else {
      phase.refuse(answer.status, answer.code);
      this.outcomes[kind].set(first, count, REFUSED);
    }
  }

  private giveUp(): void {
    const now = performance.now();
    while (now - (this.waiting.first?.atMs ?? now) > PATIENCE_MS) {
      this.waiting.shift()!.phase.givenUp++;
    }
    for (const [connection, sentAtMs] of this.underWay) {
      if (now - sentAtMs <= ANSWER_MS_MAX) break;
      connection.drop();
    }
  }
}

/** An array's own `shift` moves what is left, once there is much of it. */
class Queue<T> {
  private items: T[] = [];
  private head = 0;

  get first(): T | undefined {
    return this.items[this.head];
  }

  push(item: T): void {
    this.items.push(item);
  }

  shift(): T | undefined {
    const item = this.items[this.head];
    if (item === undefined) return undefined;
    this.head++;
    if (this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
