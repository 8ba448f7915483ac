// A service that answers the catalog routes with what a test says, of the shapes that API.md promises:
// for how the commands tell them. catalog-shell.server.test.ts has the routes themselves.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Output } from '../../src/commands/output.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { freshDirectory } from '../support/fresh-directory.ts';

export const versions = [
  version(8, 'Ann', 'lower caps'),
  version(7, '', ''),
  { ...version(5, 'Bob', 'the first'), hash: 'hash8' },
];
export const offers = { path: 'offers.yaml', text: 'offers: { o: { value: 1 } }\n' };

function version(publication: number, author: string, note: string) {
  const publishedAt = `2026-11-30T1${publication}:00:00.000Z`;
  return { publication, hash: `hash${publication}`, name: 'shop', publishedAt, author, note };
}

export interface AnsweringService {
  config: Config;
  /** A folder with `offers` in it. */
  folder: string;
  /** What it was asked, `key: POST /v1/catalog {…}`. */
  asked: string[];
  /** Status and body by `GET /v1/catalog`. */
  answers: Record<string, readonly [number, unknown]>;
}

/** Runs while the tests of a file do; each begins with `versions` published. */
export function answeringService(): AnsweringService {
  const service = { asked: [], answers: {}, folder: '' } as unknown as AnsweringService;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const route = `${request.method} ${request.url}`;
    service.asked.push(`${request.headers.authorization?.slice(7)}: ${route} ${body}`.trim());
    const nothing = { error: { code: 'not_found', message: 'There is nothing here.' } };
    const [status, answer] = service.answers[route] ?? [404, nothing];
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    service.folder = join(freshDirectory(), 'my-catalog');
    mkdirSync(service.folder);
    writeFileSync(join(service.folder, offers.path), offers.text);
    const port = String((server.address() as AddressInfo).port);
    service.config = readConfig({ PROFFER_PORT: port, PROFFER_CATALOG_KEY: 'catalog-key' });
    service.asked = [];
    service.answers = {
      'GET /v1/catalog': [200, versions[0]],
      'GET /v1/catalog/versions': [200, { versions }],
      'GET /v1/catalog/versions/8': [200, { ...versions[0], files: [offers] }],
      'GET /v1/catalog/diff?from=7&to=8': [200, { changes }],
    };
  });
  return service;
}

const changes = [
  { kind: 'offer', name: 'phone_case', change: 'changed', details: ['a 1 → 2', 'b 1 → 2'] },
  { kind: 'trigger', name: 't', change: 'added', details: [] },
];

/** What publication 8 changed, as the commands print it. */
export const CHANGES = [
  'changed  offer    phone_case  a 1 → 2',
  'changed  offer    phone_case  b 1 → 2',
  'added    trigger  t',
  '',
].join('\n');

/** What a command prints, and its exit code. */
export async function run(command: (output: Output) => Promise<number>) {
  let [out, err] = ['', ''];
  const code = await command({
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}
