// The crowd's tables of a process, over Redis; nothing is read while the catalog recommends nothing.

import type { Config } from '../config.ts';
import type { Log } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Opened } from '../ops/opened.ts';
import { FollowCrowd } from '../recommend/follow-crowd.ts';
import { CrowdStore } from '../redis/crowd-store.ts';
import type { DecisionCore } from './decision-core.ts';
import type { Deployment } from './deployment.ts';

export function openCrowd(
  config: Pick<Config, 'PROFFER_ITEMS_MAX'>,
  { connection, keys }: Pick<Deployment, 'connection' | 'keys'>,
  { catalogs, clock }: Pick<DecisionCore, 'catalogs' | 'clock'>,
  metrics: Metrics,
  log: Log,
  opened: Opened,
): FollowCrowd {
  const crowd = new FollowCrowd({
    store: new CrowdStore(connection, keys),
    itemsMax: config.PROFFER_ITEMS_MAX,
    isNeeded: () => catalogs.current().recommending.interactions !== null,
    nowMs: () => clock.nowMs(),
    onFault: (error) => log.debug({ err: error }, 'what the crowd does has to wait'),
  });
  metrics.gauge(
    'proffer_crowd_age_seconds',
    'How long ago what lists know was all that there was; 0 where nothing was ever told.',
    () => crowd.ageS,
    'max',
  );
  metrics.gauge('proffer_crowd_items', 'Items that lists know of.', () => crowd.held.items, 'max');
  metrics.gauge(
    'proffer_crowd_sessions',
    'Sessions that lists know of.',
    () => crowd.held.sessions,
    'max',
  );
  crowd.start();
  opened.add(() => crowd.stop());
  return crowd;
}
