// What Serenade published of its example: measures, and one list.

import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateRecommending } from '../../../src/commands/recommend-evaluate.ts';
import { forYou } from '../../../src/engine/recommend/models/for-you.ts';
import type { CrowdTables } from '../../../src/model/crowd/crowd-tables.ts';
import { evaluateSessions } from '../../../src/recommend/evaluate/evaluate-sessions.ts';
import { learnSessions } from '../../../src/recommend/evaluate/learn-sessions.ts';
import type { Measured } from '../../../src/recommend/evaluate/measures.ts';
import { type Click, readSessionLines } from '../../../src/recommend/evaluate/session-file.ts';
import { SessionsByTime } from '../../../src/recommend/evaluate/sessions-by-time.ts';
import { sharedData } from '../../support/shared-data.ts';

const train = sharedData('serenade-example/train.txt.gz');
const test = sharedData('serenade-example/test.txt.gz');

/** Of the session [13598]; items with equal scores may be in another order. */
const PUBLISHED =
  '2835,10,12068,3097,4313,8028,7812,3545,17519,1164,17935,13335,1277,8655,14664,14556,6868,13509,9248,2498,11724';

describe.skipIf(!train.isThere || !test.isThere)('the example of Serenade', () => {
  it('has the measures that were published', async () => {
    let printed = '';
    const output = {
      stdout: { write: (text: string) => (printed += text) },
      stderr: { write: (text: string) => expect.fail(text) },
    };
    const options = { train: train.path, test: test.path, model: 'for_you', json: true } as const;
    const published = { k: '20', m: '500', neighbours: '50', last: '2' };
    const unused = { rank: 'cosine', minSupport: '3' } as const;
    expect(await evaluateRecommending({ ...options, ...published, ...unused }, output)).toBe(0);
    const measured = JSON.parse(printed);
    // Ties are drawn for each session, as for customers of a service.
    expect(Math.abs(measured.mrr - 0.3277)).toBeLessThan(0.001);
    expectPublished({ ...measured, mrr: 0.3277 });
  });

  describe('its index', () => {
    let tables: CrowdTables;
    beforeAll(async () => {
      tables = await learnSessions(clicks(train.path), 'for_you');
    }, 120_000);

    it('holds all items, and all sessions of at most 15 of them', () => {
      expect(tables.items.count).toBe(18_009);
      expect(tables.sessions.count).toBe(23_753 - 107);
    });

    it('has the measures to the last digit where ties are in the order of items', async () => {
      const choice = { sessions: 500, neighbours: 50, last: 2 };
      const sessions = new SessionsByTime();
      for await (const click of clicks(test.path)) sessions.add(click);
      const ask = (_: CrowdTables, itemIds: readonly string[]) => {
        const seeds = itemIds.map((itemId) => tables.items.numberOf(itemId));
        const { items } = forYou(
          tables,
          seeds.filter((seed) => seed >= 0),
          choice,
        );
        return [...items].map((item) => ({ itemId: tables.items.idOf(item) }));
      };
      const asked = { ask, k: 20, keepsCurrent: false };
      expectPublished(evaluateSessions(tables, sessions.all(), asked));
    });

    it('answers the published list', () => {
      const seed = tables.items.numberOf('13598');
      const choice = { sessions: 500, neighbours: 50, last: 2 };
      const { items } = forYou(tables, [seed], choice);
      const list = [...items]
        .filter((item) => item !== seed)
        .map((item) => tables.items.idOf(item));
      expect(new Set(list.slice(0, 21))).toEqual(new Set(PUBLISHED.split(',')));
      expect(list.slice(0, 3)).toEqual(['2835', '10', '12068']);
      expect(new Set(list.slice(3, 6))).toEqual(new Set(['4313', '3097', '8028']));
    });
  });
});

function expectPublished({ lists, mrr, hitRate }: Measured): void {
  expect(lists).toBe(931);
  expect(mrr).toBeCloseTo(0.3277, 4);
  expect(hitRate).toBeGreaterThan(0.636);
  expect(hitRate).toBeLessThan(0.648);
}

async function* clicks(path: string): AsyncGenerator<Click> {
  for await (const line of readSessionLines(path)) if (line.kind === 'click') yield line;
}
