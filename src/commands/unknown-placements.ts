// Which of the placements that a new key is for the published catalog does not have. They may come with
// the next one, so the key is made all the same.

import { compileCatalog } from '../catalog/compile-catalog.ts';
import { suggest } from '../catalog/suggest.ts';
import { catalogVersions } from '../compose/catalog-versions.ts';
import type { Config } from '../config.ts';
import { openConnection } from '../redis/connection.ts';
import { Keys } from '../redis/keys.ts';
import { redisUrl } from './redis-url.ts';

/** A line for each; none where nothing is published, or nobody can say. Never throws. */
export async function unknownPlacements(
  config: Config,
  placements: Iterable<string>,
): Promise<readonly string[]> {
  const deadlineMs = config.PROFFER_REDIS_DEADLINE_MS;
  const url = redisUrl(config);
  const connection = openConnection({ url, deadlineMs, name: 'proffer-keys', onError: () => {} });
  try {
    await connection.ready();
    const keys = new Keys(config.PROFFER_PREFIX, config.PROFFER_PARTITIONS);
    const published = await catalogVersions({ connection, keys }).read();
    const compiled = published === null ? null : compileCatalog(published.content);
    if (compiled === null || !compiled.ok) return [];
    const known = [...compiled.catalog.placements.keys()];
    return [...placements].filter((name) => !known.includes(name)).map((name) => told(name, known));
  } catch {
    return [];
  } finally {
    connection.close();
  }
}

function told(name: string, known: readonly string[]): string {
  const near = suggest(name, known);
  const meant = near === null ? '' : ` (did you mean ${near}?)`;
  return `the published catalog has no placement ${name}${meant}`;
}
