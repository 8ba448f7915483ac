// `proffer customer show`: what GET /v1/customers/{id} says.

import type { Config } from '../config.ts';
import { ask, refusedKey, service } from './service.ts';

/** @returns the exit code: 1 for a customer never seen */
export async function showCustomer(config: Config, customerId: string): Promise<number> {
  const { url, adminKey } = service(config);
  const response = await ask(`${url}/v1/customers/${encodeURIComponent(customerId)}`, {
    headers: { authorization: `Bearer ${adminKey}` },
  });
  if (response.status === 401) throw refusedKey(config);
  const body = (await response.json()) as { error?: { message: string } };
  if (body.error !== undefined) {
    process.stderr.write(`proffer: ${body.error.message}\n`);
    return 1;
  }
  process.stdout.write(`${JSON.stringify(body, null, 2)}\n`);
  return 0;
}
