// A service whose catalog carries what callers send into every table, and the question whether all is
// well with it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { eventsOf, query } from '../support/history-rows.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { verifyHistory } from '../support/verified.ts';

// Everything that can carry a caller's values into another table does: firing keys, template texts,
// segments by trait, decision inputs.
const CATALOG = `
catalog: hostile
events:
  Typed: { properties: { id: string!, n: number } }
features:
  by_key: { count: Strange, by: properties.key, keep: 20 }
  last_value: { latest: properties.value, of: Strange }
  views_of_product: { count: Product Viewed, by: properties.product_id }
  viewed: { recent: properties.product_id, of: Product Viewed, keep: 5 }
segments:
  seen: by_key['x'] >= 1
triggers:
  strange: { on: Strange, decide: slot, per: properties.key, cooldown: 1s }
  keen:
    on: Product Viewed
    when: views_of_product[event.properties.product_id] >= 3
    decide: popup
    per: properties.product_id
    cooldown: 1h
offers:
  viewed_thrice: { treatments: { popup: { product: "{{ event.properties.product_id }}", title: "#{{ firing.key }}" } } }
  echo: { treatments: { slot: { text: "{{ event.properties.value }}", key: "{{ event.properties.key }}" } } }
placements:
  slot: {}
  popup: {}
`;

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
  readonly json: any;
}

export interface HostileService {
  readonly proffer: ProfferProcess;
  /** Text and bytes go as they are. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Nothing was refused by a table, history is whole, and the next event arrives. */
  expectSound(): Promise<void>;
  stop(): Promise<void>;
}

export async function startHostileService(): Promise<HostileService> {
  const folder = await mkdtemp(join(tmpdir(), 'proffer-catalog-'));
  await writeFile(join(folder, 'catalog.yaml'), CATALOG);
  const proffer = await startProffer({
    PROFFER_CATALOG: folder,
    PROFFER_PARTITIONS: '4',
    PROFFER_REDIS_FSYNC: 'always',
    PROFFER_HISTORY_INTERVAL_MS: '100',
    PROFFER_BODY_DEADLINE_MS: '1500',
    PROFFER_LOG_LEVEL: 'warn',
  });
  const post: HostileService['post'] = async (path, body, headers = {}) => {
    const response = await fetch(proffer.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${proffer.writeKey}`, ...headers },
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
    return { status: response.status, json: JSON.parse(await response.text()) };
  };
  let probes = 0;
  return {
    proffer,
    post,
    async expectSound() {
      const id = `sound-${probes++}`;
      const answer = await post('/v1/track', { userId: id, event: 'E', messageId: 'm' });
      expect(answer.status).toBe(200);
      expect(await eventsOf(proffer, id, 1)).toHaveLength(1);
      const refused = await query(
        proffer,
        `SELECT source, message, substring(body, 1, 300) AS body FROM rejected WHERE source != ''`,
      );
      expect(refused).toEqual([]);
      const { exitCode, report } = await verifyHistory(proffer);
      expect(report).toContain('verify      ok');
      expect(exitCode).toBe(0);
    },
    async stop() {
      await proffer.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
