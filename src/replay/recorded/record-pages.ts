// Records of history a page at a time, and from them the runs as they were committed. Events may be
// 32 KB and decisions many times that, so how many records make an answer that history gives is found
// by asking: a page that is too large is asked for in halves.

import { AnswerTooLarge, type AskHistory } from './ask-history.ts';
import { type RecordedDecisions, type RecordsAsked, recordsOf } from './history-records.ts';
import { runsOf } from './step-again.ts';

/**
 * Runs of records, in the order of the ledger. One may lie across two pages: the last of a page waits
 * for the next.
 * @param idsMax ledger ids of one question to history, at most
 * @throws Error when history does not answer
 */
export async function* runsIn(
  ask: AskHistory,
  asked: RecordsAsked,
  idsMax: number,
): AsyncGenerator<RecordedDecisions[]> {
  let open: RecordedDecisions[] = [];
  for await (const page of pagesOf(ask, asked, idsMax)) {
    const runs = [...runsOf([...open, ...page])];
    open = runs.pop() ?? [];
    yield* runs;
  }
  if (open.length > 0) yield open;
}

async function* pagesOf(
  ask: AskHistory,
  asked: RecordsAsked,
  idsMax: number,
): AsyncGenerator<RecordedDecisions[]> {
  let ids = Math.min(idsMax, asked.last - asked.first + 1);
  for (let first = asked.first; first <= asked.last; ) {
    const last = Math.min(asked.last, first + ids - 1);
    const page = await pageOf(ask, { ...asked, first, last });
    if (page === null) {
      ids = Math.ceil((last - first + 1) / 2);
      continue;
    }
    yield page;
    first = last + 1;
    ids = Math.min(idsMax, ids * 2);
  }
}

/** null = it is too large, and can be smaller. */
async function pageOf(ask: AskHistory, asked: RecordsAsked): Promise<RecordedDecisions[] | null> {
  try {
    return await recordsOf(ask, asked);
  } catch (error) {
    if (error instanceof AnswerTooLarge && asked.first < asked.last) return null;
    throw error;
  }
}
