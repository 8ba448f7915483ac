// A redis-server to start: the one on the PATH, else the system package manager's.

import { execFileSync } from 'node:child_process';
import { SetupFault, step } from './narrate.mjs';
import { findCommand, packageManagerFor } from './package-manager.mjs';

const MAJOR_MINIMUM = 7;

/**
 * Makes sure that redis-server can be started; nothing to do when the operator has a Redis.
 * @throws SetupFault one line saying what to install or set
 */
export async function provideRedis(env = process.env) {
  if (env.REDIS_URL) return;
  if (findCommand('redis-server') === null) await install();
  const major = Number(/v=(\d+)/.exec(versionLine())?.[1] ?? 0);
  if (major < MAJOR_MINIMUM) {
    throw new SetupFault(
      `redis-server ${major || 'of an unknown version'} is too old: install Redis ${MAJOR_MINIMUM} or newer, or set REDIS_URL`,
    );
  }
}

async function install() {
  const manager = packageManagerFor('redis');
  const otherwise = 'or set REDIS_URL to a Redis of yours';
  if (manager === null) {
    throw new SetupFault(
      `redis-server is not on the PATH: install Redis ${MAJOR_MINIMUM} or newer, ${otherwise}`,
    );
  }
  const advice = `run \`${manager.line}\`, ${otherwise}`;
  if (!manager.mayInstall) {
    throw new SetupFault(
      `redis-server is not on the PATH, and installing it needs root: ${advice}`,
    );
  }
  await step('installing redis-server', () =>
    manager.install(`redis-server could not be installed: ${advice}`),
  );
  if (findCommand('redis-server') === null) {
    throw new SetupFault(`redis-server is still not on the PATH: ${advice}`);
  }
}

function versionLine() {
  try {
    return execFileSync('redis-server', ['--version'], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
