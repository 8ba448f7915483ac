// Which folder a path is meant from, asked in a program of its own: a thread of tests cannot go anywhere.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { freshDirectory } from '../support/fresh-directory.ts';

const MODULE = fileURLToPath(new URL('../../src/commands/callers-folder.ts', import.meta.url));
const SCRIPT = `import { inCallersFolder } from '${MODULE}';
const [root, ...cases] = JSON.parse(process.argv[1]);
const told = cases.map((npm) => {
  process.chdir(root);
  const { PROFFER_DATA_DIR: data } = inCallersFolder({ PROFFER_DATA_DIR: 'data' }, npm);
  return [process.cwd(), data];
});
console.log(JSON.stringify(told));`;

it('is the one that npm came from, for our script alone; the data directory stays', () => {
  const root = freshDirectory();
  const shop = join(root, 'shop');
  mkdirSync(shop);
  const file = join(root, 'package.json');
  const npm = { npm_lifecycle_event: 'proffer', npm_package_json: file, INIT_CWD: shop };
  const cases = [
    npm,
    { INIT_CWD: shop },
    { ...npm, npm_lifecycle_event: 'test' },
    { ...npm, npm_package_json: join(shop, 'package.json') },
    { ...npm, INIT_CWD: join(root, 'gone') },
  ];
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', SCRIPT];
  const told = execFileSync(process.execPath, [...args, JSON.stringify([root, ...cases])]);
  const stays = [root, 'data'];
  const expected = [[shop, join(root, 'data')], stays, stays, stays, stays];
  expect(JSON.parse(told.toString())).toEqual(expected);
});
