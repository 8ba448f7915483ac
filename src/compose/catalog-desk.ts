// The desk where catalogs are published, as a gateway has it: the versions in Redis, a thread that looks
// at what comes, and what is in force in this process.

import type { LabelledCounter } from '../ops/metrics.ts';
import type { Opened } from '../ops/opened.ts';
import { startThread } from '../ops/start-thread.ts';
import type { CatalogSource } from '../pipeline.ts';
import { StoredCatalogDesk } from '../publishing/catalog-desk.ts';
import type { CheckAnswer, CheckJob } from '../publishing/check-jobs.ts';
import type { CatalogDesk } from '../publishing/publishing.ts';
import { ThreadChecker } from '../publishing/thread-checker.ts';
import { ThreadJobs } from '../publishing/thread-jobs.ts';
import { catalogVersions } from './catalog-versions.ts';
import type { Deployment } from './deployment.ts';

const CHECK_MS_MAX = 30_000;
/**
 * The stack is smaller than that of a gateway's own thread (984 KB; of this V8 leaves out 192): what
 * nests too deep for a gateway must not be taken here.
 */
const CHECK_MEMORY = { maxOldGenerationSizeMb: 768, maxYoungGenerationSizeMb: 64, stackSizeMb: 1 };
/** Each may hold 8 MB. */
const WAITING_MAX = 4;
const IDLE_MS = 20_000;

/** @param shed counts what there is no room for; what is opened is closed with `opened` */
export function openCatalogDesk(
  deployment: Deployment,
  catalogs: CatalogSource,
  shed: LabelledCounter,
  opened: Opened,
): CatalogDesk {
  const noRoom = shed.of('catalog_checks');
  const thread = new ThreadJobs<CheckJob, CheckAnswer>({
    start: () => startThread('compose/catalog-check-thread', null, CHECK_MEMORY),
    jobMsMax: CHECK_MS_MAX,
    waitingMax: WAITING_MAX,
    waitMsMax: CHECK_MS_MAX,
    idleMs: IDLE_MS,
    onShed: () => {
      noRoom.value++;
    },
  });
  opened.add(() => thread.close());
  return new StoredCatalogDesk(catalogVersions(deployment), new ThreadChecker(thread), catalogs);
}
