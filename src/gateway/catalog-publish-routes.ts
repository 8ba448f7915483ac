// POST /v1/catalog and /v1/catalog/rollback: another catalog for all gateways.

import type { CatalogFile } from '../publishing/publishing.ts';
import { checkShape } from './body-check.ts';
import { type BodyExchange, type BodyRoute, ONE_EVENT } from './body-route.ts';
import { answerPublished } from './catalog-answers.ts';
import { EVENT_BYTES_MAX } from './event-reader.ts';
import { type Body, type Fault, fault } from './gateway-parts.ts';
import { publishBodySchema, rollbackBodySchema } from './openapi/catalog-schemas.ts';

/** Bytes of a body with a catalog: what a catalog may have (catalog/load-catalog.ts). */
export const CATALOG_BODY_BYTES_MAX = 8 * 1024 * 1024;

const EVERY = {
  tooLarge: 'body_too_large',
  needs: 'catalog',
  forWriteKeys: null,
  takesBeacons: false,
  recordsRejections: false,
  readsQuery: false,
  eventsOf: ONE_EVENT,
} as const;

/** POST /v1/catalog */
export function publishRoute(): BodyRoute {
  return {
    ...EVERY,
    name: 'catalog',
    bodyBytesMax: CATALOG_BODY_BYTES_MAX,
    bodyMayLack: false,
    handle: handlePublish,
  };
}

/** POST /v1/catalog/rollback */
export function rollbackRoute(): BodyRoute {
  return {
    ...EVERY,
    name: 'catalog_rollback',
    bodyBytesMax: EVENT_BYTES_MAX,
    bodyMayLack: true,
    handle: handleRollback,
  };
}

// Texts are not cleaned as those of events are: they are not stored as JSON columns.
async function handlePublish(exchange: BodyExchange, body: Body): Promise<void> {
  const misshape = checkShape(body, publishBodySchema) ?? repeatedPath(body);
  if (misshape !== null) return exchange.refuse(misshape);
  const outcome = await exchange.hub.parts.catalogs.publish({
    ...saidOf(exchange, body),
    files: filesOf(body).map(({ path, text }) => ({ path, text })),
    dryRun: body.dryRun === true,
    force: body.force === true,
  });
  noteUse(exchange, 'catalog.publish', outcome, body.dryRun === true);
  answerPublished(exchange, outcome);
}

async function handleRollback(exchange: BodyExchange, body: Body): Promise<void> {
  const misshape = checkShape(body, rollbackBodySchema);
  if (misshape !== null) return exchange.refuse(misshape);
  const outcome = await exchange.hub.parts.catalogs.rollback({
    ...saidOf(exchange, body),
    publication: (body.publication as number | null | undefined) ?? null,
  });
  noteUse(exchange, 'catalog.rollback', outcome, false);
  answerPublished(exchange, outcome);
}

/** Also of what was refused. */
function noteUse(
  { hub, key }: BodyExchange,
  action: string,
  outcome: Parameters<typeof answerPublished>[1],
  isDry: boolean,
): void {
  const number = outcome.kind === 'published' ? outcome.publication : null;
  const target = number === null ? '' : `publication ${number}`;
  hub.audit.note(key!, action, target, isDry ? `dry run: ${outcome.kind}` : outcome.kind);
}

function saidOf(exchange: BodyExchange, body: Body) {
  return {
    author: (body.author as string | null | undefined) || exchange.key!.name,
    note: (body.note as string | null | undefined) ?? '',
    expectedPublication: (body.expectedPublication as number | null | undefined) ?? null,
  };
}

function filesOf(body: Body): readonly CatalogFile[] {
  return body.files as unknown as readonly CatalogFile[];
}

function repeatedPath(body: Body): Fault | null {
  const seen = new Set<string>();
  for (const [i, { path }] of filesOf(body).entries()) {
    if (seen.has(path)) {
      const at = `files[${i}].path`;
      return fault('invalid_request', `'${at}' is there twice.`, at);
    }
    seen.add(path);
  }
  return null;
}
