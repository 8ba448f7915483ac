// Items and lists of a gateway, over its decision core and Redis.

import type { Config } from '../config.ts';
import type { Items, Recommending } from '../gateway/recommending.ts';
import { writeRecommendation } from '../ledger/recommendation-record.ts';
import { partitionOf } from '../model/hash.ts';
import { USER_ALONE } from '../model/identity.ts';
import type { StoredState } from '../pipeline.ts';
import type { CrowdSource } from '../recommend/crowd-source.ts';
import { ItemDesk } from '../recommend/item-desk.ts';
import { ItemReads } from '../redis/item-reads.ts';
import { ItemScripts } from '../redis/item-scripts.ts';
import type { DecisionCore } from './decision-core.ts';
import type { Deployment } from './deployment.ts';

export function openItems(
  { PROFFER_ITEMS_MAX: itemsMax, PROFFER_LEDGER_MAX: ledgerMax }: Config,
  { connection, keys }: Deployment,
  crowd: CrowdSource,
): Items {
  const scripts = new ItemScripts(connection, keys, { itemsMax, ledgerMax });
  return new ItemDesk(scripts, new ItemReads(connection, keys), crowd);
}

/** Lists for customers as they are now: another gateway may have answered their last event. */
export function openRecommending(
  core: Pick<DecisionCore, 'states' | 'customers' | 'catalogs' | 'clock' | 'crowd'>,
  partitions: number,
): Recommending {
  const { states, catalogs, clock, crowd } = core;
  return {
    async recommend({ customerId, follows, request, recommendationId, record }) {
      const { state } = await freshState(core, customerId, follows);
      const { recommending } = await catalogs.atLeast(state.publication);
      const nowMs = clock.nowMs();
      const list = recommending.recommend(state, request, recommendationId, crowd.current(), nowMs);
      if (list === null) return { kind: 'unknown', known: recommending.recommenders };
      if (record) {
        const whose = state.customerId;
        await states.append(partitionOf(whose, partitions), [writeRecommendation(whose, list)]);
      }
      return { kind: 'list', list };
    },
  };
}

/** @param follows false = whom a visitor's name leads to is not meant (gateway/standing.ts) */
async function freshState(
  { states, customers, clock }: Pick<DecisionCore, 'states' | 'customers' | 'clock'>,
  name: string,
  follows: boolean,
): Promise<StoredState> {
  if (follows) return customers.findFresh(name);
  states.evict(name);
  const atMs = clock.nowMs();
  return customers.find({
    ...{ customerId: name, naming: USER_ALONE, follows, record: false },
    ...{ messageId: '', nowMs: atMs, receivedAtMs: atMs },
  });
}
