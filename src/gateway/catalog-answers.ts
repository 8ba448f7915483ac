// The answers of the catalog routes.

import { ERRORS } from '../errors.ts';
import type { NoWayBack, Published, Unpublished } from '../publishing/publishing.ts';
import type { VersionEntry } from '../snapshots/snapshot.ts';
import type { BodyExchange } from './body-route.ts';
import { type Fault, fault } from './gateway-parts.ts';

/** What is told of a version. */
export function versionJson(entry: VersionEntry): object {
  const { publication, hash, name, publishedAtMs, author, note } = entry;
  const publishedAt = new Date(publishedAtMs).toISOString();
  return { publication, hash, name, publishedAt, author, note };
}

/** Answers what became of publishing, or of going back. */
export function answerPublished(
  exchange: BodyExchange,
  outcome: Published | Unpublished | NoWayBack,
): void {
  if (outcome.kind !== 'published') {
    exchange.refuse(refusalOf(outcome));
    return;
  }
  const { publication, hash, unchanged, warnings, tests } = outcome;
  exchange.succeed(JSON.stringify({ publication, hash, unchanged, warnings, tests }));
}

function refusalOf(outcome: Unpublished | NoWayBack): Fault {
  switch (outcome.kind) {
    case 'invalid':
      return saying('invalid_catalog', { faults: outcome.faults });
    case 'tests_failed':
      return saying('catalog_tests_failed', { failures: outcome.failures });
    case 'conflict':
      return saying('publication_conflict', { current: outcome.current });
    case 'unknown':
      return saying('unknown_publication', null);
    case 'nothing_earlier':
      return saying('no_earlier_publication', null);
  }
}

function saying(code: Fault['code'], more: object | null): Fault {
  return fault(code, ERRORS[code].message, null, more);
}
