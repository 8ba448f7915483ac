// Questions to history that are asked again. A verification is thousands of them, and takes hours of a
// large history: neither a connection that is cut nor a worker that is started anew may end it.

import { codeOf } from '../sinks/refusals.ts';
import type { HistorySink } from '../sinks/sink.ts';

/** What is asked; every statement only reads. */
type Asked = Pick<HistorySink, 'query' | 'caughtUp'>;

/** Between two tries, ms. */
const AWAY_MS = 200;
const UNKNOWN_TABLE = 60;

/** Asks each question again while nobody answers; for so long that is bearable, ms. */
export function patient(sink: Asked, waitMs: number): Asked {
  return {
    async query<Row>(sql: string, params?: Readonly<Record<string, unknown>>): Promise<Row[]> {
      const untilMs = performance.now() + waitMs;
      for (;;) {
        try {
          return await sink.query<Row>(sql, params);
        } catch (error) {
          if (!isAway(error) || performance.now() > untilMs) throw error;
          await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
        }
      }
    },
    caughtUp: () => sink.caughtUp?.() ?? Promise.resolve(),
  };
}

/** Nobody is there, or nobody has made the tables yet: a worker does, as soon as it reaches history. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (codeOf(error) === UNKNOWN_TABLE) return true;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE';
}
