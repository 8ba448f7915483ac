// The time in which this machine ran. It may stand still for seconds, and then whatever was under way
// took so much longer, though nobody waited: of such a pause only a moment counts here. For "within so
// long"; a wait for a condition needs none.

/** How often the time is looked at, ms. */
const TICK_MS = 20;
/** More than this between two looks is no running time, ms. */
const TICK_MS_MAX = 100;

export interface AwakeClock {
  /** Running time since it was started, ms. */
  nowMs(): number;
  /** Aborts once so much running time has passed, ms. */
  timeout(ms: number): AbortSignal;
  stop(): void;
}

export function startAwakeClock(): AwakeClock {
  let awakeMs = 0;
  let lookedAtMs = performance.now();
  const waiting = new Set<{ readonly atMs: number; readonly abort: AbortController }>();
  const look = () => {
    const nowMs = performance.now();
    awakeMs += Math.min(nowMs - lookedAtMs, TICK_MS_MAX);
    lookedAtMs = nowMs;
    for (const wait of waiting) {
      if (wait.atMs > awakeMs) continue;
      waiting.delete(wait);
      wait.abort.abort();
    }
  };
  const timer = setInterval(look, TICK_MS);
  timer.unref();
  return {
    nowMs() {
      look();
      return awakeMs;
    },
    timeout(ms) {
      const abort = new AbortController();
      waiting.add({ atMs: awakeMs + ms, abort });
      return abort.signal;
    },
    stop: () => clearInterval(timer),
  };
}
