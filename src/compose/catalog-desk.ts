// The desk where catalogs are published, as a gateway has it: the versions in Redis, a thread that looks
// at what comes, and what is in force in this process.

import type { Config } from '../config.ts';
import type { LabelledCounter } from '../ops/metrics.ts';
import type { Opened } from '../ops/opened.ts';
import type { CatalogSource } from '../pipeline.ts';
import { StoredCatalogDesk } from '../publishing/catalog-desk.ts';
import type { CatalogDesk } from '../publishing/publishing.ts';
import { openCatalogChecker } from './catalog-checker.ts';
import { catalogVersions } from './catalog-versions.ts';
import type { Deployment } from './deployment.ts';

/** @param shed counts what there is no room for; what is opened is closed with `opened` */
export function openCatalogDesk(
  config: Pick<Config, 'PROFFER_WEBHOOK_PRIVATE'>,
  deployment: Deployment,
  catalogs: CatalogSource,
  shed: LabelledCounter,
  opened: Opened,
): CatalogDesk {
  const noRoom = shed.of('catalog_checks');
  const checker = openCatalogChecker(config, opened, () => {
    noRoom.value++;
  });
  return new StoredCatalogDesk(catalogVersions(deployment), checker, catalogs);
}
