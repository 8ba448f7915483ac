// Time in random behaviour: triggers that wait for it in a random catalog, and a worker who looks at
// every customer now and then.

import type { CatalogSource, Pipeline, StateStore } from '../../src/pipeline.ts';
import { TimedCustomers } from '../../src/timers/timed-customers.ts';

const TRIGGERS = `triggers:
  left: { on: Viewed, unless: Bought, after: 20m, per: properties.shop, decide: [web, app], max_age: 4d }
  much_later: { on: Bought, after: 9h, decide: web, wait: 2d, when: orders >= 1 }
  became_buyer: { enter: buyer, decide: [app, web], max_age: 9d }
  stayed_away: { enter: quiet_since, decide: web, cooldown: 1h }
`;

/** The catalog with triggers of time beside its own. */
export function withTime(text: string): string {
  return text
    .replace('triggers:\n', TRIGGERS)
    .replace('segments:\n', 'segments:\n  quiet_since: since(first_seen) > duration("3h")\n');
}

/** What time has brought these customers by now. */
export async function bringTime(
  parts: {
    readonly states: StateStore;
    readonly catalogs: CatalogSource;
    readonly pipeline: Pipeline;
    nowMs(): number;
  },
  customers: readonly string[],
): Promise<void> {
  const timed = new TimedCustomers({ ...parts, late() {} });
  for (const id of customers) {
    timed.forget(id);
    await timed.see(id, parts.nowMs());
  }
}
