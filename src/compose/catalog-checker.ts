// Looks at catalogs beside a process that must not stand still meanwhile: a gateway, or the supervisor.

import { allowsPrivate, type Config } from '../config.ts';
import type { Opened } from '../ops/opened.ts';
import { startThread } from '../ops/start-thread.ts';
import type { CheckAnswer, CheckJob, Surroundings } from '../publishing/check-jobs.ts';
import type { CatalogChecker } from '../publishing/publishing.ts';
import { ThreadChecker } from '../publishing/thread-checker.ts';
import { ThreadJobs } from '../publishing/thread-jobs.ts';

/** A catalog of 8 MB takes a tenth of the memory, and one of thousands of definitions of the time. */
const CHECK_MS_MAX = 30_000;
/**
 * The stack is smaller than that of a gateway's own thread (984 KB; of this V8 leaves out 192): what
 * nests too deep for a gateway must not be taken here.
 */
const CHECK_MEMORY = { maxOldGenerationSizeMb: 768, maxYoungGenerationSizeMb: 64, stackSizeMb: 1 };
/** Each may hold 8 MB. */
const WAITING_MAX = 4;
const IDLE_MS = 20_000;

/**
 * @param config what the catalogs are for
 * @param onShed told of a question that there is no room for; what is opened is closed with `opened`
 */
export function openCatalogChecker(
  config: Pick<Config, 'PROFFER_WEBHOOK_PRIVATE'>,
  opened: Opened,
  onShed: () => void = () => {},
): CatalogChecker {
  const surroundings: Surroundings = { allowsPrivate: allowsPrivate(config) };
  const thread = new ThreadJobs<CheckJob, CheckAnswer>({
    start: () => startThread('compose/catalog-check-thread', surroundings, CHECK_MEMORY),
    jobMsMax: CHECK_MS_MAX,
    waitingMax: WAITING_MAX,
    waitMsMax: CHECK_MS_MAX,
    idleMs: IDLE_MS,
    onShed,
  });
  opened.add(() => thread.close());
  return new ThreadChecker(thread);
}
