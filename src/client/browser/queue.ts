// Events on their way: sent in order, as batches of what has gathered, and kept until the service has
// answered, over reloads too. They keep their message ids, so that what arrives twice is counted once.
//
//   add ─► kept ─► in flight ─► answered, forgotten
//            ▲         │no network, 408, 429, 5xx: again later
//            └─────────┘
//
// Each event is an entry of its own in localStorage: tabs that are open at once cannot write over each
// other's. What another tab has sent as well is a duplicate to the service.

import type { Call, Decision, Failure } from '../answers.ts';
import { kept, newId, pauseMs, remember, warn } from './local.ts';
import type { Poster } from './post.ts';
import type { Visitor } from './visitor.ts';

/** What became of a call. It never throws: `error` says why there is no answer (yet). */
export interface Answer {
  readonly decisions: readonly Decision[];
  readonly error?: Failure;
}

export interface Queue {
  add(call: Call): Promise<Answer>;
  /** Sends at once, whatever it waited for. */
  now(): void;
  /** Done when what can be sent now has been. */
  flush(): Promise<void>;
}

interface Entry {
  readonly name: string;
  readonly call: Call;
  /** When it was first tried, epoch ms; 0 = never. */
  tried: number;
  /** It was tried with a token: without one it would be somebody else's. */
  tokened: boolean;
  readonly answer: (answer: Answer) => void;
}

const PREFIX = 'proffer.event.';
const EVENTS_MAX = 100;
const CHARS_MAX = 64_000;
/** A message id is known to the service for 24 h: what may have arrived is not sent after that. */
const TRIED_MS_MAX = 23 * 3_600_000;
const ANSWER_MS_MAX = 10_000;

/** @param decided hears of each decision of an answer and whose it is, and does not throw */
export function queueOf(
  batchUrl: string,
  poster: Poster,
  visitor: Visitor,
  decided: (decision: Decision, id: string) => void,
): Queue {
  let entries: Entry[] = [];
  let inFlight: readonly Entry[] = [];
  let flushing: Promise<void> | null = null;
  let timer: ReturnType<typeof setTimeout> | 0 = 0;
  let failures = 0;
  /** Of as many digits as it ever has: names are sorted. */
  let count = 1e6;

  const keep = ({ name, call, tried, tokened }: Entry) =>
    remember(name, JSON.stringify({ call, tried, tokened }));
  const drop = (entry: Entry) => {
    entries = entries.filter((other) => other !== entry);
    remember(entry.name, null);
  };
  const mark = (group: readonly Entry[], token: string | null) => {
    for (const entry of group) {
      entry.tried ||= Date.now();
      entry.tokened ||= !!token;
      keep(entry);
    }
  };

  /** The first that may be sent, and what follows it of the same visitor. */
  const nextOf = (from: readonly Entry[]): readonly Entry[] => {
    const may = from.filter((entry) => !entry.tokened || visitor.hasToken(idOf(entry)));
    const other = may.findIndex((entry) => idOf(entry) !== idOf(may[0]!));
    return other < 0 ? may : may.slice(0, other);
  };

  const sendAll = async () => {
    while (!timer) {
      const group = nextOf(entries);
      if (!group[0]) return;
      inFlight = group;
      const using = (token: string | null) => mark(group, token);
      const id = idOf(group[0]);
      const reply = await poster.send('/v1/batch', batchOf(group), id, using);
      const { status, json, error, waitMs } = reply;
      inFlight = [];
      const isRefused = /40[134]/.test(`${status}`);
      if (isRefused || waitMs !== null) {
        // A token, a key or an address that is wrong is mended some day; but nobody waits for it.
        if (isRefused) for (const { answer } of group) answer({ decisions: [], error });
        timer = setTimeout(now, Math.max(waitMs ?? 0, pauseMs(failures++)));
        return;
      }
      failures = 0;
      group.forEach((entry, at) => {
        drop(entry);
        const result = json?.results?.[at] ?? { error };
        const { decisions = [], warnings = [], error: refused } = result;
        for (const decision of decisions) decided(decision, id);
        (refused ? [refused] : warnings).forEach(warn);
        entry.answer({ decisions, ...(refused && { error: refused }) });
      });
    }
  };

  const flush = (): Promise<void> => {
    flushing ??= sendAll().finally(() => {
      flushing = null;
      // What came between the last look and here.
      if (!timer && nextOf(entries)[0]) void flush();
    });
    return flushing;
  };
  const now = () => {
    clearTimeout(timer);
    timer = 0;
    void flush();
  };

  for (const [name, text] of kept(PREFIX)) {
    try {
      const { call, tried, tokened } = JSON.parse(text);
      if (idOf({ call }) && !(tried && Date.now() - tried > TRIED_MS_MAX)) {
        entries.push({ name, call, tried, tokened, answer: () => {} });
        continue;
      }
    } catch {
      // Not of ours, or cut short.
    }
    remember(name, null);
  }
  addEventListener('online', now);
  // The page goes: what is not on its way goes by beacon, and is kept all the same.
  addEventListener('pagehide', () => {
    let waiting = entries.filter((entry) => !inFlight.includes(entry));
    for (;;) {
      const group = nextOf(waiting);
      if (!group[0]) return;
      waiting = waiting.filter((entry) => !group.includes(entry));
      const token = visitor.known(idOf(group[0]));
      if (!token && group.some(({ tokened }) => tokened)) continue;
      mark(group, token);
      navigator.sendBeacon(batchUrl, poster.text(batchOf(group), token));
    }
  });
  // What the page says while it loads may bring a token for what was kept.
  void Promise.resolve().then(flush);

  return {
    now,
    flush,
    add: (call) =>
      new Promise((resolve) => {
        const late = setTimeout(() => answer(failed('queued', 'It is sent again.')), ANSWER_MS_MAX);
        const answer = (given: Answer) => {
          clearTimeout(late);
          resolve(given);
        };
        const name = `${PREFIX}${Date.now()}.${count++}.${newId()}`;
        const entry = { name, call, tried: 0, tokened: false, answer };
        entries.push(entry);
        keep(entry);
        // The oldest leave.
        while (entries.length > EVENTS_MAX || JSON.stringify(entries).length > CHARS_MAX) {
          const oldest = entries[0]!;
          drop(oldest);
          oldest.answer(failed('dropped', 'Too many wait.'));
        }
        void Promise.resolve().then(flush);
      }),
  };
}

const idOf = ({ call }: Pick<Entry, 'call'>): string => call.anonymousId!;
const batchOf = (group: readonly Entry[]) => ({ batch: group.map(({ call }) => call) });
const failed = (code: string, message: string): Answer => ({
  decisions: [],
  error: { code, message },
});
