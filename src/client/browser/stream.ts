// Decisions that come by themselves (GET /v1/stream), while somebody looks at the page: of a hidden one
// the browser would hold a connection that other tabs lack (HTTP/1.1 has six). The stream goes on where
// it was: the service keeps what was missed for ten minutes.

import type { Decision } from '../answers.ts';
import { pauseMs, safely } from './local.ts';
import type { Visitor } from './visitor.ts';

export interface Stream {
  /** From here on; once is enough. */
  want(): void;
  /** Opens it anew, with who it is now. @param isOther somebody else, who has missed nothing */
  reopen(isOther?: boolean): void;
}

export function streamOf(
  streamUrl: string,
  key: string,
  visitor: Visitor,
  decided: (decision: Decision, id: string) => void,
): Stream {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastId = '';
  let failures = 0;
  let isWanted = false;
  let turn = 0;

  const open = async () => {
    const mine = ++turn;
    const id = visitor.id();
    const token = await visitor.token(id);
    if (mine !== turn) return;
    const query = new URLSearchParams({
      ...{ key, anonymousId: id },
      ...(token && { customerToken: token }),
      ...(lastId && { lastEventId: lastId }),
    });
    const opened = new EventSource(`${streamUrl}?${query}`);
    source = opened;
    opened.addEventListener('decision', ({ data, lastEventId }) => {
      lastId = lastEventId;
      safely(() => decided(JSON.parse(data), id));
    });
    opened.onopen = () => {
      failures = 0;
    };
    opened.onerror = () => {
      // Otherwise the browser connects again by itself; after any status but 200 it never does.
      if (source !== opened || opened.readyState !== 2) return;
      // It may have been refused for its token; why is not told.
      visitor.doubt(id);
      timer = setTimeout(reopen, pauseMs(failures++));
    };
  };
  const reopen = (isOther?: boolean) => {
    clearTimeout(timer);
    source?.close();
    source = null;
    turn++;
    if (isOther) lastId = '';
    if (isWanted && !document.hidden) void open();
  };
  return {
    reopen,
    want() {
      if (isWanted) return;
      isWanted = true;
      document.addEventListener('visibilitychange', () => reopen());
      reopen();
    },
  };
}
