// `proffer customer show`: what GET /v1/customers/{id} says, as it is or for people to read.

import type { Config } from '../config.ts';
import { customerWords, type ShownCustomer } from './customer-words.ts';
import { ask, refusedKey, service } from './service.ts';

export interface ShowOptions {
  /** Also what the customer would be offered now. */
  readonly offers?: boolean;
  /** For people to read, instead of JSON. */
  readonly words?: boolean;
}

/** @returns the exit code: 1 for a customer never seen */
export async function showCustomer(
  config: Config,
  customerId: string,
  { offers = false, words = false }: ShowOptions = {},
): Promise<number> {
  const { url, adminKey } = service(config);
  const query = offers ? '?offers=true' : '';
  const response = await ask(`${url}/v1/customers/${encodeURIComponent(customerId)}${query}`, {
    headers: { authorization: `Bearer ${adminKey}` },
  });
  if (response.status === 401) throw refusedKey(config);
  const body = (await response.json()) as { error?: { message: string } };
  if (body.error !== undefined) {
    process.stderr.write(`proffer: ${body.error.message}\n`);
    return 1;
  }
  const text = words ? customerWords(body as ShownCustomer) : JSON.stringify(body, null, 2);
  process.stdout.write(`${text}\n`);
  return 0;
}
