// Ctrl-C and `kill`: the first asks for an orderly stop, one that comes later means "now". npm passes on
// the Ctrl-C that the terminal has already sent to everybody, so signals that arrive together count as
// one. A hang-up is none of them: hang-ups.ts.

/** A second signal within this time is the echo of the first; ms. */
const ECHO_MS = 700;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** What is asked of this process from outside. */
export interface StopSignals {
  /** Resolves with the name of the first signal. */
  readonly first: Promise<string>;
  /** Called when a later signal insists. */
  onInsisted(listener: () => void): void;
}

/**
 * Listens to the signals of this process, to its very end: a last impatient Ctrl-C while an orderly
 * stop is returning its exit code must not turn it into another one.
 */
export function listenForStop(): StopSignals {
  let insisted: () => void = () => {};
  let firstAtMs: number | null = null;
  let resolveFirst: (signal: string) => void = () => {};
  const first = new Promise<string>((resolve) => {
    resolveFirst = resolve;
  });
  const listener = (signal: NodeJS.Signals) => {
    if (firstAtMs === null) {
      firstAtMs = performance.now();
      resolveFirst(signal);
    } else if (performance.now() - firstAtMs > ECHO_MS) insisted();
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  // A process that ends because nothing is left to do gives its signals back to the system before
  // it is gone, and dies of the next one; `exit` keeps them.
  process.once('beforeExit', () => process.exit());
  return {
    first,
    onInsisted(other) {
      insisted = other;
    },
  };
}
