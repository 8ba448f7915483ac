import type { DecisionCore } from './decision-core.ts';

/**
 * The state of a customer, wherever it went, as it is now: read past the cache, since another gateway
 * may have written. null = never seen.
 * @throws Unavailable
 */
export async function inspectCustomer(
  { states, customers }: Pick<DecisionCore, 'states' | 'customers'>,
  id: string,
) {
  const { state } = await customers.findFresh(id);
  const stored = await states.inspect(state.customerId);
  return stored === null || stored.kind !== 'state' ? null : stored;
}
