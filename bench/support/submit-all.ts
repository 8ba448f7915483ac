import type { Submission } from '../../src/model/step.ts';
import type { Shop } from '../../test/customers/shop.ts';

const IN_FLIGHT = 128;

/** An event each to so many customers, many at a time. @throws Error of one that was not taken */
export async function submitAll(
  { pipeline }: Shop,
  customers: number,
  event: (customer: number) => Submission,
): Promise<void> {
  let next = 0;
  const go = async () => {
    while (next < customers) {
      const result = await pipeline.submit(event(next++));
      if (result.kind !== 'done') throw new Error(JSON.stringify(result));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, go));
}
