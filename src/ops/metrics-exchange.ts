// /metrics of several processes on one port: whichever gateway is asked, the answer is that of all.
//
//   gateway ─ metrics-wanted ─► supervisor ─ metrics-ask ─► every gateway and worker
//   gateway ◄─ metrics-sum ──── supervisor ◄─ metrics-own ─ each, until the deadline
//
// A process that does not answer in time is left out and counted in `proffer_metrics_silent`;
// a process run alone (no supervisor) answers for itself.

import { AggregatorRegistry, type Registry } from 'prom-client';

/** One end of an IPC channel: `process` in a child, a child in the supervisor. */
export interface Channel {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

type Wanted = { readonly kind: 'metrics-wanted'; readonly id: number };
type Sum = { readonly kind: 'metrics-sum'; readonly id: number; readonly text: string };
type Ask = { readonly kind: 'metrics-ask'; readonly id: number };
type Own = { readonly kind: 'metrics-own'; readonly id: number; readonly metrics: object };
type Exchanged = Wanted | Sum | Ask | Own;

/** How long the supervisor waits for its children; ms. A child waits twice as long for the sum. */
export const METRICS_DEADLINE_MS = 1_000;

/**
 * The child's side. Answers the supervisor's questions, and returns what `/metrics` shall say:
 * Prometheus text over all processes, or over this one when the supervisor is absent or silent.
 * @param channel null when this process was not started by a supervisor
 */
export function exchangeMetrics(
  registry: Registry,
  channel: Channel | null,
  deadlineMs = METRICS_DEADLINE_MS,
): () => Promise<string> {
  if (channel === null) return () => registry.metrics();
  const waiting = new Map<number, (text: string) => void>();
  let lastId = 0;
  channel.onMessage((message) => {
    if (!isExchanged(message)) return;
    if (message.kind === 'metrics-sum') waiting.get(message.id)?.(message.text);
    if (message.kind === 'metrics-ask') {
      void registry.getMetricsAsJSON().then((metrics) => {
        channel.send({ kind: 'metrics-own', id: message.id, metrics } satisfies Own);
      });
    }
  });
  return async () => {
    const id = ++lastId;
    const sum = await within(deadlineMs * 2, (done: (text: string) => void) => {
      waiting.set(id, done);
      channel.send({ kind: 'metrics-wanted', id } satisfies Wanted);
    });
    waiting.delete(id);
    return sum ?? registry.metrics();
  };
}

/** The supervisor's side. */
export class MetricsHub {
  private readonly peers = new Set<Channel>();
  private readonly answers = new Map<number, (from: Channel, metrics: object) => void>();
  private lastId = 0;

  constructor(private readonly deadlineMs = METRICS_DEADLINE_MS) {}

  /** Takes part from now on, until `leave`. Call it for every child process as it starts. */
  join(peer: Channel): void {
    this.peers.add(peer);
    peer.onMessage((message) => {
      if (!isExchanged(message)) return;
      if (message.kind === 'metrics-own') this.answers.get(message.id)?.(peer, message.metrics);
      if (message.kind === 'metrics-wanted') {
        const { id } = message;
        void this.sum().then((text) => {
          if (this.peers.has(peer)) peer.send({ kind: 'metrics-sum', id, text } satisfies Sum);
        });
      }
    });
  }

  leave(peer: Channel): void {
    this.peers.delete(peer);
  }

  /** Prometheus text over all that answer within the deadline. */
  async sum(): Promise<string> {
    const id = ++this.lastId;
    const asked = new Set(this.peers);
    const gathered: object[] = [];
    await within(this.deadlineMs, (done: (all: true) => void) => {
      if (asked.size === 0) done(true);
      this.answers.set(id, (from, metrics) => {
        if (asked.delete(from)) gathered.push(metrics);
        if (asked.size === 0) done(true);
      });
      for (const peer of asked) peer.send({ kind: 'metrics-ask', id } satisfies Ask);
    });
    this.answers.delete(id);
    const text = await AggregatorRegistry.aggregate(gathered).metrics();
    return (
      `${text}\n# HELP proffer_metrics_silent Processes that did not answer this scrape in time.\n` +
      `# TYPE proffer_metrics_silent gauge\nproffer_metrics_silent ${asked.size}\n`
    );
  }
}

function isExchanged(message: unknown): message is Exchanged {
  const kind = (message as { kind?: unknown } | null)?.kind;
  return typeof kind === 'string' && kind.startsWith('metrics-');
}

/** What `start` hands to its callback, or null after `ms`. */
function within<T>(ms: number, start: (done: (value: T) => void) => void): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), ms);
    start((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
