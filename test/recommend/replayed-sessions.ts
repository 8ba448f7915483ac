// Sessions that a service is taught, and sessions that ask it: some made up, and where it is there, some of
// the example of Serenade, or all of it.

import { type Click, readSessionLines } from '../../src/recommend/evaluate/session-file.ts';
import { SessionsByTime } from '../../src/recommend/evaluate/sessions-by-time.ts';
import { seeded } from '../support/seeded.ts';
import { sharedData } from '../support/shared-data.ts';

export interface ReplayedSessions {
  readonly train: readonly (readonly Click[])[];
  readonly test: readonly (readonly Click[])[];
}

const MADE = { train: 300, test: 12 };

/** Few items and many sessions: more neighbours than count, items that come again, ties. */
export function madeSessions(): ReplayedSessions {
  const random = seeded(14);
  const one = (name: string): Click[] => {
    let atMs = Date.UTC(2024, 1, 1) + random.below(7 * 86_400_000);
    return Array.from({ length: 2 + random.below(6) }, () => {
      atMs += random.below(600_000);
      const itemId = `made-${Math.floor(50 * random() ** 2)}`;
      return { kind: 'click', sessionId: name, itemId, atMs };
    });
  };
  return {
    train: Array.from({ length: MADE.train }, (_, n) => one(`train-${n}`)),
    test: Array.from({ length: MADE.test }, (_, n) => one(`test-${n}`)),
  };
}

/** @param every which of them: 1 = all. Nothing where the example is not there */
export async function serenadeSessions(every: {
  readonly train: number;
  readonly test: number;
}): Promise<ReplayedSessions> {
  const [train, test] = ['train', 'test'].map((part) =>
    sharedData(`serenade-example/${part}.txt.gz`),
  );
  if (!train!.isThere || !test!.isThere) return { train: [], test: [] };
  const some = async (path: string, one: number) =>
    (await sessionsOf(path)).filter((_, n) => n % one === 0);
  return { train: await some(train!.path, every.train), test: await some(test!.path, every.test) };
}

async function sessionsOf(path: string): Promise<(readonly Click[])[]> {
  const sessions = new SessionsByTime();
  for await (const line of readSessionLines(path)) if (line.kind === 'click') sessions.add(line);
  return [...sessions.all()];
}
