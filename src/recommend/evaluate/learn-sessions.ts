// A session file becomes the crowd's tables, through the same tracker and facts as the learner's. A session
// of the file is a customer with one session. Clicks are views; `next` takes each click for a purchase, and
// `bought_together` each session for one: these files hold no baskets.

import { CrowdTables } from '../../model/crowd/crowd-tables.ts';
import { FactReader } from '../../model/crowd/fact-reader.ts';
import type { Interaction } from '../../model/crowd/interaction.ts';
import { ItemTable } from '../../model/crowd/item-table.ts';
import { Tracker } from '../../model/crowd/tracker.ts';
import type { Model } from '../../model/recommending.ts';
import type { Click } from './session-file.ts';
import { SessionsByTime } from './sessions-by-time.ts';

/** Items of a file at most: as many as a service is made for, several times over. */
const ITEMS_MAX = 2_000_000;

/** Streams clicks, unless the model needs whole sessions: then these are kept until the end. */
export async function learnSessions(
  clicks: AsyncIterable<Click>,
  model: Model,
): Promise<CrowdTables> {
  const tables = new CrowdTables(new ItemTable(ITEMS_MAX));
  const reader = new FactReader(tables);
  let tracker: Tracker | null = null;
  const learn = (interaction: Interaction) => {
    tracker ??= new Tracker({
      ...{ sessionMs: Infinity, sinceMs: interaction.atMs, itemsMax: ITEMS_MAX },
    });
    for (const fact of tracker.learn(interaction)) reader.read(fact);
  };
  const asPurchases = model === 'bought_together' || model === 'next';
  const sessions = new SessionsByTime();
  for await (const click of clicks) {
    if (asPurchases) sessions.add(click);
    else learn({ ...said([click.itemId], click), kind: 'view', weight: 1 });
  }
  for (const session of sessions.all()) {
    if (model === 'next') {
      for (const click of session)
        learn({ ...said([click.itemId], click), kind: 'purchase', weight: 1 });
    } else {
      const itemIds = [...new Set(session.map(({ itemId }) => itemId))];
      learn({ ...said(itemIds, session.at(-1)!), kind: 'purchase', weight: 1 });
    }
  }
  return tables;
}

function said(itemIds: readonly string[], { sessionId, atMs }: Click) {
  return { customerId: sessionId, itemIds, sightings: [], atMs };
}
