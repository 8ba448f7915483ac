// `proffer audit`: who used which door for what, from the table `audit`. Customers are keyed hashes
// there; of one that is asked for they are made again, with the deployment's secret, which is in Redis.

import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { customerHash } from '../gateway/audit-log.ts';
import { openKeyStore } from '../gateway/keys/key-store.ts';
import { unreachable } from '../redis/unreachable.ts';
import { msOf } from './key-settings.ts';
import { redisUrl } from './redis-url.ts';
import { ask, refusedKey, service } from './service.ts';
import { askSql } from './sql.ts';

export interface AuditOptions {
  /** Any name of a customer: only what was asked or done about that one. */
  readonly customer?: string;
  /** Only what was later than so long ago. */
  readonly since?: string;
  /** Of ClickHouse. */
  readonly format: string;
}

/** Rows that are printed: the latest. */
export const AUDIT_ROWS_MAX = 1_000;

/** @returns the exit code */
export async function askAudit(config: Config, options: AuditOptions): Promise<number> {
  const { customer, since, format } = options;
  const conditions: string[] = [];
  if (since !== undefined) {
    const fromMs = Date.now() - msOf(since, '--since');
    conditions.push(`at >= fromUnixTimestamp64Milli(toInt64(${fromMs}))`);
  }
  if (customer !== undefined) {
    // Hashes are base64url: nothing in them has to be quoted.
    const targets = await targetsOf(config, customer);
    conditions.push(`target IN (${targets.map((target) => `'${target}'`).join(', ')})`);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')} `;
  const latest =
    'SELECT at, key_name, kind, action, target, detail FROM audit ' +
    `${where}ORDER BY at DESC LIMIT ${AUDIT_ROWS_MAX}`;
  return askSql(config, `SELECT * FROM (${latest}) ORDER BY at`, format);
}

/** The hashes of the id that a name leads to, and of the ids that were folded into it. */
async function targetsOf(config: Config, customer: string): Promise<readonly string[]> {
  const ids = await idsOf(config, customer);
  const url = redisUrl(config);
  const deadlineMs = config.PROFFER_REDIS_DEADLINE_MS;
  const store = await openKeyStore({ url, prefix: config.PROFFER_PREFIX, deadlineMs }).catch(
    (error) => {
      throw unreachable(url, error);
    },
  );
  try {
    const { audit } = await store.secrets(Date.now());
    return ids.map((id) => customerHash(audit, id));
  } finally {
    await store.close();
  }
}

/** As the service knows them: it alone can read names as its catalog has them. That is a row, too. */
async function idsOf(config: Config, customer: string): Promise<readonly string[]> {
  const { url, adminKey } = service(config);
  const response = await ask(`${url}/v1/customers/${encodeURIComponent(customer)}`, {
    headers: { authorization: `Bearer ${adminKey}` },
  });
  if (response.status === 401) throw refusedKey(config);
  const body = (await response.json()) as {
    readonly error?: { readonly code: string; readonly message: string };
    readonly customerId: string;
    readonly merged: readonly { readonly from: string }[];
  };
  if (body.error !== undefined) throw new SetupFault(body.error.message);
  return [...new Set([body.customerId, ...body.merged.map(({ from }) => from)])];
}
