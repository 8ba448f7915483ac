// What became of an attempt has to be written, or the same is sent again: so it is tried for as long as it
// takes within reason. If it comes to nothing, the delivery is due again by itself.

import { Unavailable } from '../errors.ts';
import type { DeliveryScripts, SettleAnswer, Settling } from '../redis/delivery-scripts.ts';

const PAUSE_MS = 200;
const PAUSE_MS_MAX = 5_000;
const GIVE_UP_MS = 120_000;

/**
 * @param onRefused told, each time, of a ledger that takes nothing now
 * @param isOver whether nobody can wait any longer
 * @returns null = it could not be written
 */
export async function settleSurely(
  scripts: Pick<DeliveryScripts, 'settle'>,
  settling: Settling,
  onRefused: () => void,
  isOver: () => boolean,
): Promise<SettleAnswer | null> {
  const endAtMs = performance.now() + GIVE_UP_MS;
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
    try {
      const answer = await scripts.settle(settling);
      if (answer === 'settled' || answer === 'changed') return answer;
      onRefused();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
    if (isOver() || performance.now() > endAtMs) return null;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
