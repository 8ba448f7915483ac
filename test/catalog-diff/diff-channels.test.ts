// What is told of channels: parts of a kind, or another kind; `stream` has two ways to be written.

import { describe, expect, it } from 'vitest';
import { diffCatalogs } from '../../src/catalog-diff/diff-catalogs.ts';

const told = (from: string, to: string) => {
  const file = (text: string) => [{ path: 'a.yaml', text: `channels: ${text}` }];
  return diffCatalogs(file(from), file(to)).map(({ kind, name, change, details }) =>
    [`${change} ${kind} ${name}`, ...details].join(' | '),
  );
};

describe('what changed in channels', () => {
  it.each([
    [
      '{ push: { webhook: { url: "https://a.b", rate: 1/s, body: { a: x, b: 1 } } } }',
      '{ push: { webhook: { url: "https://a.b", rate: 2/s, body: { a: y, b: 1 } } } }',
      'changed channel push | rate 1/s → 2/s | body: a x → y',
    ],
    [
      '{ push: { webhook: { success: "response.a == 0" } } }',
      '{ push: { webhook: { success: "response.a == 1" } } }',
      'changed channel push | success `response.a == 0` → `response.a == 1`',
    ],
    [
      '{ push: stream, sms: { webhook: { url_env: A } } }',
      '{ push: { webhook: { url_env: A } }, web: stream }',
      'changed channel push | webhook added: { url_env: A } | stream removed: {}',
      'added channel web',
      'removed channel sms',
    ],
    ['{ web: stream }', '{ web: { stream: } }'],
    // Of another build.
    ['{ web: 1 }', '{ web: stream }', 'changed channel web | 1 → { stream: {} }'],
  ])('%s → %s', (from, to, ...expected) => {
    expect(told(from, to)).toEqual(expected);
  });
});
