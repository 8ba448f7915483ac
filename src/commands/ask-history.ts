// History as replay asks it: of a question with too large an answer it says so.

import { codeOf } from '../history/sinks/refusals.ts';
import type { HistorySink } from '../history/sinks/sink.ts';
import { AnswerTooLarge, type AskHistory } from '../replay/recorded/ask-history.ts';

const MEMORY_LIMIT_EXCEEDED = 241;
const TOO_MANY_ROWS_OR_BYTES = 396;

export function askHistory(sink: Pick<HistorySink, 'query'>): AskHistory {
  return async (sql, params = {}) => {
    try {
      return await sink.query(sql, params);
    } catch (error) {
      const code = codeOf(error as Error);
      if (code !== TOO_MANY_ROWS_OR_BYTES && code !== MEMORY_LIMIT_EXCEEDED) throw error;
      throw new AnswerTooLarge((error as Error).message, { cause: error });
    }
  };
}
