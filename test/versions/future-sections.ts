// What a build that is not written yet adds to states: sections that neither of the two knows, put into
// what lies in Redis.

import { randomBytes } from 'node:crypto';
import { partitionOf } from '../../src/model/hash.ts';
import { ETAG_BYTES } from '../../src/state/etag.ts';
import { takeApart, withSections } from '../state/section-list.ts';
import type { Service } from './service.ts';

/** Between the known ones, and beyond them. */
const TAGS = [4, 77] as const;

export class FutureSections {
  private readonly put = new Map<string, readonly string[]>();

  constructor(private readonly service: Service) {}

  /** Adds them to these customers, whom nobody writes meanwhile. */
  async addTo(customers: readonly string[]): Promise<void> {
    for (const id of customers) {
      const value = await this.valueOf(id);
      const bytes = TAGS.map((tag) => randomBytes(tag + (id.length % 5)).toString('latin1'));
      const added = TAGS.map((tag, i) => ({ tag, bytes: bytes[i]! }));
      // As every commit: what gateways have in their caches is old now.
      const changed =
        randomBytes(ETAG_BYTES).toString('latin1') +
        withSections(value, added, ETAG_BYTES).slice(ETAG_BYTES);
      const args = [this.keyOf(id), Buffer.from(changed, 'latin1'), 'KEEPTTL'];
      await this.service.redis.call('set', args);
      this.put.set(id, bytes);
    }
  }

  /** Who has lost any of it. @param by who wrote since, told in the message */
  async lost(by: string): Promise<string[]> {
    const faults: string[] = [];
    for (const [id, bytes] of this.put) {
      const { sections } = takeApart(await this.valueOf(id), ETAG_BYTES);
      const found = TAGS.map((tag) => sections.find((section) => section.tag === tag)?.bytes);
      if (found.some((of, i) => of !== bytes[i])) faults.push(`${id} lost a section to ${by}`);
    }
    return faults;
  }

  get customers(): readonly string[] {
    return [...this.put.keys()];
  }

  private async valueOf(id: string): Promise<string> {
    const value = (await this.service.redis.call('get', [this.keyOf(id)])) as Buffer | null;
    if (value === null) throw new Error(`Redis has no state of ${id}`);
    return value.toString('latin1');
  }

  private keyOf(id: string): string {
    const { keys } = this.service;
    return keys.customer(partitionOf(id, keys.partitions), id);
  }
}
