// What a process has of the crowd, over Redis: its tables, and the items that were declared. Nothing is read
// while its catalog needs none of it.

import type { Config } from '../config.ts';
import type { ListSource } from '../model/list-source.ts';
import type { Log } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Opened } from '../ops/opened.ts';
import type { CatalogSource, CatalogVersion } from '../pipeline.ts';
import type { CrowdSource, ItemSink } from '../recommend/crowd-source.ts';
import { FollowCrowd } from '../recommend/follow-crowd.ts';
import { FollowItems } from '../recommend/follow-items.ts';
import { CrowdStore } from '../redis/crowd-store.ts';
import { ItemReads } from '../redis/item-reads.ts';
import type { RedisClock } from '../state/redis-clock.ts';
import type { Deployment } from './deployment.ts';

/** Which catalogs need it here. */
export type NeedsCrowd = (version: Pick<CatalogVersion, 'recommending' | 'time'>) => boolean;

/** Where anybody may ask for a list. */
export const whereRecommended: NeedsCrowd = ({ recommending }) =>
  recommending.interactions !== null;

/** Where nobody asks, and time may bring a decision that has one. */
export const whereTimeRecommends: NeedsCrowd = ({ recommending, time }) =>
  recommending.isInPlacements && time.isAwaited;

/** @returns `known` when what there is was read once, where it is needed; never rejected */
export function openCrowd(
  config: Pick<Config, 'PROFFER_ITEMS_MAX'>,
  deployment: Pick<Deployment, 'connection' | 'keys'>,
  {
    catalogs,
    clock,
  }: {
    readonly catalogs: CatalogSource;
    readonly clock: Pick<RedisClock, 'nowMs'>;
  },
  needs: NeedsCrowd,
  metrics: Metrics,
  log: Log,
  opened: Opened,
): { readonly crowd: FollowCrowd; readonly known: Promise<unknown> } {
  const isNeeded = () => needs(catalogs.current());
  const crowd = new FollowCrowd({
    store: new CrowdStore(deployment.connection, deployment.keys),
    itemsMax: config.PROFFER_ITEMS_MAX,
    isNeeded,
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
  const following = followItems(deployment, isNeeded, crowd.items, log, opened);
  const known = isNeeded() ? Promise.all([crowd.look(), following.look()]) : Promise.resolve();
  return { crowd, known };
}

/** What is declared comes to a sink from now on. */
export function followItems(
  { connection, keys }: Pick<Deployment, 'connection' | 'keys'>,
  isNeeded: () => boolean,
  sink: ItemSink,
  log: Log,
  opened: Opened,
): FollowItems {
  const following = new FollowItems({
    source: new ItemReads(connection, keys),
    ...{ sink, isNeeded },
    onFault: (error) => log.debug({ err: error }, 'items have to wait'),
  });
  following.start();
  opened.add(() => following.stop());
  connection.onDoubt(() => following.doubt());
  return following;
}

/** What lists in decisions are made of: the crowd as it is when it is asked for. */
export function listsOf(crowd: CrowdSource): () => ListSource | null {
  let source: (ListSource & { readonly kind: 'crowd' }) | null = null;
  return () => {
    const now = crowd.current();
    if (now === null) return null;
    if (source?.crowd !== now) source = { kind: 'crowd', crowd: now };
    return source;
  };
}
