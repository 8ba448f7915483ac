import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOG_BYTES_MAX, FILES_MAX } from '../../src/catalog/load-catalog.ts';
import { ERRORS } from '../../src/errors.ts';
import { CATALOG_BODY_BYTES_MAX } from '../../src/gateway/catalog-publish-routes.ts';
import { CATALOG_FILES_MAX } from '../../src/gateway/openapi/catalog-schemas.ts';
import { OPENAPI_FILE, openapiText } from '../../src/gateway/openapi/openapi-text.ts';
import { bodilessRoutes, bodyRoutes, putRoutes } from '../../src/gateway/routes.ts';
import { fixedNames } from '../support/fixed-names.ts';

interface Operation {
  readonly requestBody?: { readonly required?: boolean };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}
interface Schema {
  readonly anyOf?: readonly { readonly type: string }[];
  readonly properties: Readonly<Record<string, Schema>>;
}
const document = JSON.parse(openapiText()) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

describe('the OpenAPI document', () => {
  it('is the one in schemas/openapi.json (npm run docs)', () => {
    expect(readFileSync(OPENAPI_FILE, 'utf8') === openapiText()).toBe(true);
  });

  it('has every route and no other', () => {
    const patterns = [
      ...new Set([
        ...bodyRoutes(fixedNames()).keys(),
        ...putRoutes().keys(),
        ...bodilessRoutes().keys(),
      ]),
    ];
    const paths = patterns.map((pattern) => pattern.replace(/:(\w+)/g, '{$1}'));
    expect(Object.keys(document.paths).sort()).toEqual(paths.sort());
  });

  it('says which ids may be numbers, and that somebody must be named', () => {
    const names = Object.keys(document.components.schemas).filter((name) =>
      /^(Track|Page|Screen|Identify|Group|Alias)(Body|Event)$|^(Decide|Outcome)Body$/.test(name),
    );
    expect(names).toHaveLength(14);
    for (const name of names) {
      const { anyOf, properties } = document.components.schemas[name]!;
      const ways = ['userId', 'anonymousId', 'context'];
      if (name.startsWith('Identify')) ways.push('traits');
      expect(anyOf).toEqual(ways.map((way) => ({ required: [way] })));
      for (const id of ['userId', 'anonymousId', 'messageId', 'groupId', 'previousId']) {
        if (properties[id] === undefined) continue;
        const types = properties[id].anyOf!.map(({ type }) => type);
        expect([name, id, types.slice(0, 2)]).toEqual([name, id, ['string', 'number']]);
      }
    }
  });

  it('says which bodies may be left out', () => {
    const optional = Object.entries(document.paths).filter(
      ([, { post }]) => post?.requestBody !== undefined && !post.requestBody.required,
    );
    expect(optional.map(([path]) => path)).toEqual([
      ...['/v1/catalog/rollback', '/v1/deliveries/{id}/retry'],
    ]);
  });

  it('takes catalogs as large as a folder may be', () => {
    expect([CATALOG_BODY_BYTES_MAX, CATALOG_FILES_MAX]).toEqual([CATALOG_BYTES_MAX, FILES_MAX]);
  });

  it('has every error code, under its status', () => {
    const told = new Map<string, Set<string>>();
    for (const methods of Object.values(document.paths)) {
      for (const { responses } of Object.values(methods)) {
        for (const [status, { description }] of Object.entries(responses)) {
          for (const [, code] of description.matchAll(/`(\w+)`:/g)) {
            told.set(code!, (told.get(code!) ?? new Set()).add(status));
          }
        }
      }
    }
    // `not_found` is what paths outside the document answer.
    for (const [code, { status }] of Object.entries(ERRORS)) {
      if (code === 'not_found') continue;
      expect([code, [...(told.get(code) ?? [])]]).toEqual([code, [String(status)]]);
    }
  });
});
