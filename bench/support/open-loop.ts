// Phases of load at fixed rates, one after the other without a pause. Open loop: a request is due
// whatever the answers do, and its latency counts from then. Bounded all the same: what is due and
// found no connection for PATIENCE_MS is given up, as by a client that hangs up.

import { type HttpAnswer, HttpConnection } from './http-connection.ts';
import { ACKNOWLEDGED, Outcomes, REFUSED, UNKNOWN } from './outcomes.ts';
import { PhaseCount, type PhaseResult } from './phase-count.ts';
import { Queue } from './queue.ts';
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

interface Due {
  readonly atMs: number;
  readonly phase: PhaseCount;
  /** Sent before, on a connection that closed; null = the first time. */
  readonly again: TrafficRequest | null;
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
        this.sendOrWait({ atMs, phase, again: null });
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

  private sendOrWait(due: Due): void {
    const connection = this.takeIdle();
    if (connection === null) this.waiting.push(due);
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
    const request = due.again ?? this.traffic.next();
    this.underWay.set(connection, performance.now());
    connection.send(request.bytes, (answer) => {
      this.underWay.delete(connection);
      this.settle(request, due, answer);
    });
  }

  private settle(request: TrafficRequest, due: Due, answer: HttpAnswer): void {
    const { kind, first, count } = request;
    const { phase, atMs } = due;
    if (answer === null) {
      const mayCome = due.again === null && performance.now() - atMs < PATIENCE_MS;
      this.outcomes[kind].set(first, count, UNKNOWN);
      if (mayCome) {
        phase.sentAgain++;
        this.sendOrWait({ atMs, phase, again: request });
      } else phase.unanswered++;
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

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
