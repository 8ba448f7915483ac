// A deadline for a whole exchange, body included. The client's `request_timeout` is none: every byte
// starts it anew, so that an answer that trickles is waited for without end; and its `abort_signal`
// ends at the headers, so that the reader of the body has to listen to the signal, too.

/** No whole answer in time. What became of the statement is unknown. */
export class DeadlinePassed extends Error {
  /** Marks a fault that passes by itself: one line in the log. */
  readonly code = 'DEADLINE_PASSED';

  constructor(what: string, deadlineMs: number) {
    super(`${what} within ${deadlineMs / 1_000} s`);
    this.name = 'DeadlinePassed';
  }
}

/**
 * Runs `work` with a signal that ends it; `work` must settle soon after that.
 * @param what has not happened when the time is over, like `no whole answer from x`
 * @throws DeadlinePassed
 */
export async function withDeadline<T>(
  deadlineMs: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  // Sockets are read between timers and immediates: what came while this process was held up counts.
  const timer = setTimeout(() => setImmediate(() => controller.abort()), deadlineMs);
  try {
    return await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? new DeadlinePassed(what, deadlineMs) : error;
  } finally {
    clearTimeout(timer);
  }
}
