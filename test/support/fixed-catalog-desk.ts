// A desk of one version that takes whatever comes: for gateways that are tried for other things.

import type { CatalogDesk, Published } from '../../src/publishing/publishing.ts';
import type { VersionEntry } from '../../src/snapshots/snapshot.ts';

export function fixedCatalogDesk(): CatalogDesk {
  const version: VersionEntry = {
    publication: 1,
    hash: '0123456789ab',
    name: 'fixed',
    publishedAtMs: 0,
    author: '',
    note: '',
    source: 'folder',
    rolledBackFrom: null,
  };
  const published: Published = {
    kind: 'published',
    publication: 1,
    hash: version.hash,
    unchanged: true,
    warnings: [],
    tests: { passed: 0, failed: 0 },
  };
  return {
    current: async () => version,
    versions: async () => [version],
    version: async (n) => (n === 1 ? { ...version, files: [] } : null),
    diff: async (from, to) => (from === 1 && to === 1 ? [] : null),
    publish: async () => published,
    rollback: async () => published,
  };
}
