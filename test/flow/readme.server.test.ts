// Every command of the README's first part and of docs/recommendations.md, verbatim (but for port and data
// directory), against a service as `npm start` runs it. A block begins with `# → text`: what its output must
// contain.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url);
const pages = ['README.md', 'docs/recommendations.md'].map((path) =>
  readFileSync(new URL(path, root), 'utf8'),
);
const blocks = [...pages.join('\n').matchAll(/```sh\n# → (.+)\n([\s\S]*?)```/g)].map((match) => ({
  expected: match[1]!,
  script: match[2]!,
}));

describe('README.md and docs/recommendations.md', () => {
  let proffer: ProfferProcess;
  beforeAll(async () => {
    proffer = await startProffer();
  });
  afterAll(() => proffer?.dispose());

  it('has commands to try', () => {
    expect(blocks.length).toBeGreaterThan(20);
  });

  for (const { expected, script } of blocks) {
    it(`gets ${expected}`, async () => {
      const port = new URL(proffer.url).port;
      const sqlPort = new URL(proffer.sqlUrl).port;
      const here = script.replaceAll(':8080', `:${port}`).replaceAll(':8123', `:${sqlPort}`);
      const env = {
        ...process.env,
        KEY: proffer.writeKey,
        ADMIN: proffer.adminKey,
        PROFFER_ADMIN_KEY: proffer.adminKey,
        PROFFER_DATA_DIR: proffer.dataDirectory,
        PROFFER_PORT: port,
        PROFFER_SQL_PORT: sqlPort,
      };
      // History follows a moment later, so what asks it is asked again.
      await expect
        .poll(async () => (await run('bash', ['-ec', here], { cwd: root, env })).stdout, {
          timeout: script.includes('SELECT') ? 30_000 : 1,
          interval: 300,
        })
        .toContain(expected);
    });
  }
});
