// `proffer catalog …` beside a running `proffer up`, as a marketer and an operator have them; and what
// restarts of it make of its folder and of what was published meanwhile.

import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { addPublishedCatalogs } from '../../src/commands/catalog-commands.ts';
import { readConfig } from '../../src/config.ts';
import { SetupFault } from '../../src/errors.ts';
import { waitFor } from '../support/conditions.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let root: string;
let folder: string;
/** Of a marketer. */
let mine: string;
let proffer: ProfferProcess;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'proffer-shell-'));
  folder = join(root, 'of-up');
  mine = join(root, 'mine');
  mkdirSync(folder);
  edit(folder, 'value: 1');
  const settings = { PROFFER_CATALOG: folder, PROFFER_PUBLISH: 'watch', PROFFER_GATEWAYS: '2' };
  proffer = await startProffer(settings);
});
afterAll(async () => {
  await proffer.dispose();
  rmSync(root, { recursive: true, force: true });
});

/** A catalog whose offer is as said, and whose test holds for values above 0. */
function edit(into: string, offer: string, expected = 'o'): void {
  const text = [
    'catalog: shop',
    `offers: { o: { ${offer}, treatments: { p: { title: hello } } } }`,
    'placements: { p: {} }',
    'triggers: { t: { on: Seen, decide: p } }',
    `tests: { seen: { events: [{ Seen: {}, expect: { p: ${expected} } }] } }`,
  ];
  writeFileSync(join(into, 'shop.yaml'), `${text.join('\n')}\n`);
}

/** Runs `catalog …` in the environment of the service: exit code, and what is printed. */
async function catalogWith(env: Readonly<Record<string, string>>, args: readonly string[]) {
  let [out, err] = ['', ''];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text;
    return true;
  });
  let code = -1;
  const command = new Command('catalog');
  addPublishedCatalogs(
    command,
    () => readConfig({ ...proffer.env, ...env }),
    async (run) => {
      code = await run();
    },
  );
  try {
    await command.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof SetupFault)) throw error;
    [code, err] = [1, `proffer: ${error.message}\n`];
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
  return { code, out, err };
}
const catalog = (...args: string[]) => catalogWith({}, args);

/** A key of kind catalog, made as an operator makes it. */
function newKey(name: string): Promise<string> {
  const args = [MAIN, 'keys', 'create', name, '--kind', 'catalog'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env: proffer.env }, (error, stdout) => {
      if (error === null) resolve(stdout.trim());
      else reject(error);
    });
  });
}

/** What every gateway has in force. */
async function inForce(value: number): Promise<void> {
  await waitFor(`value ${value}`, async () => {
    for (let i = 0; i < 6; i++) {
      const body = { userId: `u${i}`, placements: ['p'], explain: true, record: false };
      const answer = await proffer.request('POST', '/v1/decide', { body, key: proffer.adminKey });
      const [decision] = (answer.body as { decisions: { candidates: { score: number }[] }[] })
        .decisions;
      if (decision!.candidates[0]!.score !== value) return false;
    }
    return true;
  });
}

it('publishes, looks back and goes back, from here and with a key of kind catalog', async () => {
  cpSync(folder, mine, { recursive: true });
  edit(mine, 'value: 2');
  const dry = await catalog('publish', mine, '--dry-run');
  expect([dry.code, dry.err]).toEqual([0, '']);
  expect(dry.out).toMatch(/^nothing was published: .*\(\w+; 1 test passed\)\n/);
  expect(dry.out).toContain('changed  offer  o  value 1 → 2\n');
  expect((await catalog('diff', mine)).out).toBe('changed  offer  o  value 1 → 2\n');

  const key = await newKey('marketing');
  const elsewhere = { PROFFER_ADMIN_KEY: '', PROFFER_DATA_DIR: join(root, 'nothing') };
  const publish = ['publish', mine, '--url', proffer.url, '--note', 'two for one'];
  // A gateway learns of a new key within a second.
  const published = await waitFor('the new key to be taken', async () => {
    const told = await catalogWith({ ...elsewhere, PROFFER_CATALOG_KEY: key }, publish);
    return told.code === 0 && told;
  });
  expect(published.out).toMatch(
    /^publication 2 is in effect \(\w+; 1 test passed\)\nchanged {2}offer {2}o {2}value 1 → 2\n$/,
  );
  await inForce(2);
  expect((await catalog('publish', mine)).out).toMatch(/^unchanged: publication 2 has this/);

  edit(mine, 'value: 3');
  const conflict = await catalog('publish', mine, '--expected', '1');
  expect(conflict.code).toBe(1);
  expect(conflict.err).toMatch(
    /^not published: publication 2 \(.*, by marketing: two for one\) is current, not 1\. .* --expected 2\n$/,
  );
  edit(mine, 'valeu: 3');
  const faulty = await catalog('publish', mine);
  expect(faulty.code).toBe(1);
  expect(faulty.err).toMatch(
    /\/mine\/shop\.yaml:2:16: offers\.o\.valeu: .*did you mean value\?.*\nnot published: 1 fault\n$/,
  );
  edit(mine, 'value: 3', 'none');
  const failing = await catalog('publish', mine);
  expect(failing.code).toBe(1);
  expect(failing.err).toMatch(/\/mine\/shop\.yaml:5:\d+: seen: .*\nnot published: 1 expectation/s);
  expect((await catalog('publish', mine, '--force', '--author', 'Ann')).out).toContain(
    'publication 3 is in effect',
  );
  await inForce(3);

  expect((await catalog('diff')).out).toMatch(/^changed {2}offer {2}o {5}value 2 → 3$/m);
  const listed = (await catalog('list')).out.split('\n');
  expect(listed.map((line) => line.split(/ +/).slice(0, 1).join())).toEqual([
    ...['PUBLICATION', '3', '2', '1', ''],
  ]);
  expect(listed[1]).toMatch(/^3 +2\S+Z +\w{12} +shop +Ann$/);
  const files = await catalog('show', '2', '--files', join(root, 'back'));
  expect([files.code, readdirSync(join(root, 'back'))]).toEqual([0, ['shop.yaml']]);
  expect(readFileSync(join(root, 'back/shop.yaml'), 'utf8')).toContain('value: 2');
  expect((await catalog('show', 'shop.yaml')).out).toContain('value: 3');
  expect((await catalog('show', '9')).err).toContain('there is no publication 9');

  const back = await catalog('rollback', '--note', 'too much');
  expect(back.out).toMatch(/^publication 4 is in effect .*\nits content is that of publication 2 /);
  await inForce(2);
  // Not forward again to what was left.
  expect((await catalog('rollback')).out).toContain('its content is that of publication 1 ');
  await inForce(1);
  expect((await catalog('rollback', '3')).out).toContain('its content is that of publication 3 ');
  await inForce(3);
});

it('a restart keeps what was published since its folder was; an edited folder is published', async () => {
  await proffer.stop();
  let before = proffer.output().length;
  await proffer.restart();
  await inForce(3);
  const said = () => proffer.output().slice(before);
  expect(said()).toMatch(/publication 6 \(.*\) stays in effect\. .* did not change since/);
  // What its children are told, the operator never set.
  expect(said()).toMatch(/"PROFFER_PUBLISH":"watch".*"msg":"starting"/);

  await proffer.stop();
  edit(folder, 'value: 8');
  before = proffer.output().length;
  await proffer.restart();
  await inForce(8);
  expect(said()).toContain(`publication 7 is ${folder}: changed offer o (value 3 → 8)`);
});

it('publishes the folder on save, and prints why it does not', async () => {
  const before = proffer.output().length;
  const said = () => proffer.output().slice(before);
  edit(folder, 'valeu: 9');
  const fault = `${join(folder, 'shop.yaml')}:2:16: offers.o.valeu: `;
  await waitFor('the fault', () =>
    said()
      .split('\n')
      .some((line) => line.startsWith(fault)),
  );
  edit(folder, 'value: 9');
  await inForce(9);
  await waitFor('a line of it', () =>
    said().includes(`publication 8 is ${folder}: changed offer o`),
  );
});
