// What one phase of load came to: counts, and latencies of what was served.

import * as hdr from 'hdr-histogram-js';

/** Requests are counted in the phase in which they were due. */
export interface PhaseResult {
  readonly asked: number;
  readonly served: number;
  /** Messages of the served requests: a batch has many. */
  readonly messages: number;
  /** By status and code, e.g. `503 overloaded`. */
  readonly refused: { readonly [statusAndCode: string]: number };
  /** The connection closed without an answer, and the request was sent again, as clients do: once. */
  readonly sentAgain: number;
  /** No answer in the end: the connection closed again, or none came in time. */
  readonly unanswered: number;
  /** Never sent: no connection was free for PATIENCE_MS. */
  readonly givenUp: number;
  /** Of the served ones, from when they were due; microseconds. */
  readonly latencyUs: { readonly [percentile: string]: number };
}

/** Latencies and counts of one phase while it runs. */
export class PhaseCount {
  asked = 0;
  served = 0;
  messages = 0;
  sentAgain = 0;
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
    const { asked, served, messages, refused, sentAgain, unanswered, givenUp } = this;
    const latencyUs: Record<string, number> = {};
    for (const p of [50, 95, 99, 99.9, 100]) {
      latencyUs[p] = this.histogram.getValueAtPercentile(p);
    }
    return { asked, served, messages, refused, sentAgain, unanswered, givenUp, latencyUs };
  }
}
