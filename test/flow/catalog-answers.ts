// Answers of the catalog routes, for the test that holds all answers against the OpenAPI document: what is
// published to begin with is `catalog`, as publication 1.

import { expect, it } from 'vitest';
import type { Ask, Json } from '../support/composed-gateways.ts';

/** Sends, holds the answer against the document, and returns its JSON. */
type AskFor = (status: number, method: string, path: string, asked?: Ask) => Promise<Json>;

/** One that passes, one that does not. */
const TESTS = `
tests:
  right: { events: [{ Viewed: {}, expect: { slot: best } }] }
  wrong: { events: [{ Viewed: {}, expect: { slot: worse } }] }
`;

/** Declares the tests. */
export function catalogAnswers(ask: AskFor, catalog: string): void {
  it('about the catalog: publishing, versions, differences, going back', async () => {
    const key = 'catalog';
    const first = await ask(200, 'GET', '/v1/catalog', { key });
    expect(first).toMatchObject({ publication: 1, name: 'answers', author: 'start' });
    const files = [{ path: 'a/catalog.yaml', text: catalog.replace('value: 3', 'value: 4') }];
    const note = 'a better one';
    const dry = { body: { files, note, dryRun: true }, key } as const;
    const foreseen = await ask(200, 'POST', '/v1/catalog', dry);
    expect(foreseen).toMatchObject({ publication: null, unchanged: false });
    const asked = { body: { files, note, expectedPublication: 1 }, key } as const;
    const { hash } = await ask(200, 'POST', '/v1/catalog', asked);
    expect(hash).toBe(foreseen.hash);
    // As when the first answer was lost.
    const again = await ask(200, 'POST', '/v1/catalog', asked);
    expect(again).toMatchObject({ publication: 2, hash, unchanged: true });
    const { versions } = await ask(200, 'GET', '/v1/catalog/versions', { key });
    expect(versions[0]).toMatchObject({ publication: 2, hash, note, author: 'catalog of CI' });
    expect(versions[1]).toEqual(first);
    const second = await ask(200, 'GET', '/v1/catalog/versions/2', { key });
    expect(second).toEqual({ ...versions[0], files });
    const { changes } = await ask(200, 'GET', '/v1/catalog/diff?from=1&to=2', { key });
    expect(changes).toEqual([
      { kind: 'offer', name: 'best', change: 'changed', details: ['value 3 → 4'] },
    ]);
    const back = await ask(200, 'POST', '/v1/catalog/rollback', { key });
    expect(back).toMatchObject({ publication: 3, hash: first.hash, unchanged: false });
    await ask(409, 'POST', '/v1/catalog/rollback', { body: {}, key });
  });

  it('about the catalog: what is refused', async () => {
    const key = 'catalog';
    const files = [{ path: 'a.yaml', text: 'catalog: t\ntriggerz: {}\n' }];
    const { error } = await ask(400, 'POST', '/v1/catalog', { body: { files }, key });
    expect(error.code).toBe('invalid_catalog');
    expect(error.faults).toEqual([
      {
        ...{ file: 'a.yaml', line: 2, column: 1, path: 'triggerz' },
        message: expect.stringContaining('(did you mean triggers?)'),
      },
    ]);
    const failing = catalog.replace('value: 3', 'value: 5').concat(TESTS);
    const tested = { files: [{ path: 'a.yaml', text: failing }] };
    const failed = await ask(400, 'POST', '/v1/catalog', { body: tested, key });
    expect(failed.error.code).toBe('catalog_tests_failed');
    expect(failed.error.failures).toHaveLength(1);
    expect(failed.error.failures[0]).toMatchObject({ test: 'wrong', file: 'a.yaml' });
    await ask(400, 'POST', '/v1/catalog', { body: { ...tested, dryRun: true }, key });
    const forced = { ...tested, dryRun: true, force: true };
    const { tests } = await ask(200, 'POST', '/v1/catalog', { body: forced, key });
    expect(tests).toEqual({ passed: 1, failed: 1 });
    const text = 'catalog: t\n';
    const body = { files: [{ path: 'a.yaml', text }], expectedPublication: 1 };
    const conflict = await ask(409, 'POST', '/v1/catalog', { body, key });
    expect(conflict.error).toMatchObject({ code: 'publication_conflict', current: 3 });
    await ask(409, 'POST', '/v1/catalog', { body: { ...body, dryRun: true }, key });
    await ask(400, 'POST', '/v1/catalog', { body: { files: [] }, key });
    await ask(413, 'POST', '/v1/catalog', { body: 'x'.repeat(10_000_000), key });
    await ask(404, 'POST', '/v1/catalog/rollback', { body: { publication: 99 }, key });
    await ask(404, 'GET', '/v1/catalog/versions/99', { key });
    await ask(404, 'GET', '/v1/catalog/versions/x', { key });
    await ask(400, 'GET', '/v1/catalog/versions?before=x', { key });
    await ask(404, 'GET', '/v1/catalog/diff?from=1&to=99', { key });
    for (const query of ['', '?from=1', '?from=1&to=', '?from=0&to=1', '?from=1&to=1.5']) {
      await ask(400, 'GET', `/v1/catalog/diff${query}`, { key });
    }
    await ask(401, 'POST', '/v1/catalog', { body, key: 'none' });
    await ask(403, 'POST', '/v1/catalog', { body, key: 'write' });
    await ask(403, 'POST', '/v1/catalog/rollback', { key: 'write' });
    for (const path of ['', '/versions', '/versions/1', '/diff?from=1&to=2']) {
      await ask(401, 'GET', `/v1/catalog${path}`, { key: 'none' });
      await ask(403, 'GET', `/v1/catalog${path}`, { key: 'write' });
      await ask(200, 'GET', `/v1/catalog${path}`);
    }
    await ask(403, 'GET', '/v1/customers/u1', { key });
    for (const path of ['track', 'batch', 'import', 'decide', 'outcomes']) {
      await ask(403, 'POST', `/v1/${path}`, { body: {}, key });
    }
    await ask(403, 'GET', '/v1/projects/catalog-key-of-the-test/settings', { key: 'none' });
    await ask(405, 'PUT', '/v1/catalog');
    await ask(405, 'GET', '/v1/catalog/rollback');
  });
}
