// The published versions of the catalog: the first kind of versioned snapshot.

import { catalogFiles } from '../catalog/catalog-files.ts';
import type { SourceFile } from '../catalog/file-text.ts';
import { systemClock } from '../ops/clock.ts';
import { RedisSnapshots } from '../snapshots/redis-snapshots.ts';
import type { Deployment } from './deployment.ts';

export type CatalogVersions = RedisSnapshots<readonly SourceFile[]>;

export function catalogVersions({ connection, keys }: Deployment): CatalogVersions {
  const { nowMs } = systemClock;
  return new RedisSnapshots(connection, keys.snapshots('catalog'), catalogFiles, nowMs);
}
