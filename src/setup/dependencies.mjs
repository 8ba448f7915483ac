// `npm ci`, when what is installed is not what package-lock.json says. A stamp inside node_modules
// names the lock file it was installed from, so a second start only hashes that file. Somebody who
// ran `npm ci` themselves has no stamp, but npm's own record of the tree: where that agrees, it
// counts.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, step } from './narrate.mjs';
import { projectRoot } from './project.mjs';

const stampPath = join(projectRoot, 'node_modules', '.proffer-stamp');

/** Whether node_modules is what the lock file says. */
export function dependenciesAreInstalled() {
  const lock = readFileSync(join(projectRoot, 'package-lock.json'), 'utf8');
  if (readIfAny(stampPath) === stampOf(lock)) return true;
  if (!agreesWithTree(JSON.parse(lock))) return false;
  writeFileSync(stampPath, stampOf(lock));
  return true;
}

/** Installs the dependencies, development ones too (the build needs them). */
export async function installDependencies() {
  await step('installing dependencies (once, a few minutes on a slow line)', async () => {
    // NODE_ENV=production would make npm leave the compiler out.
    const { NODE_ENV: _unused, npm_config_omit: _omit, ...env } = process.env;
    const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
    const failure = 'npm ci failed: see above; is the package registry reachable?';
    const npm = process.env.npm_execpath;
    // Under `npm start` npm says where it is; that also works where `npm` is a .cmd file.
    if (npm?.endsWith('.js')) {
      await run(process.execPath, [npm, ...args], { failure, env, cwd: projectRoot });
    } else await run('npm', args, { failure, env, cwd: projectRoot });
    const lock = readFileSync(join(projectRoot, 'package-lock.json'), 'utf8');
    writeFileSync(stampPath, stampOf(lock));
  });
}

function stampOf(lock) {
  // Native packages fit one kind of Node.
  const kind = `${process.platform} ${process.arch} ${process.versions.modules}`;
  return `${createHash('sha256').update(lock).digest('hex')} ${kind}\n`;
}

function agreesWithTree(lock) {
  const tree = readIfAny(join(projectRoot, 'node_modules', '.package-lock.json'));
  if (tree === null) return false;
  const installed = JSON.parse(tree).packages;
  return Object.entries(lock.packages).every(
    ([path, wanted]) =>
      path === '' ||
      (installed[path] === undefined
        ? wanted.optional === true
        : installed[path].version === wanted.version && existsSync(join(projectRoot, path))),
  );
}

function readIfAny(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
