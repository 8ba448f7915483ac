// The system's package manager, where this user may use it. What is installed this way must not
// start a service of its own: Debian's redis-server would take port 6379 and a share of the memory.

import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './narrate.mjs';

/** How each manager installs, which one needs root, and what has another name as a package. */
const MANAGERS = [
  {
    command: 'apt-get',
    root: true,
    update: ['update', '-q'],
    install: ['-o', 'DPkg::Lock::Timeout=120', 'install', '-y', '-q', '--no-install-recommends'],
    names: { redis: 'redis-server', nginx: 'nginx-light' },
  },
  {
    command: 'dnf',
    root: true,
    update: null,
    install: ['install', '-y', '-q'],
    names: {},
  },
  {
    command: 'apk',
    root: true,
    update: null,
    install: ['add', '--no-cache', '-q'],
    names: {},
  },
  {
    command: 'brew',
    root: false,
    update: null,
    install: ['install', '-q'],
    names: {},
  },
];

/** Where a command is on the PATH, or null. */
export function findCommand(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this one.
    }
  }
  return null;
}

/**
 * What installs a package here: `null` = no known manager; `mayInstall: false` = root is needed.
 * `line` is what a person would type.
 */
export function packageManagerFor(item) {
  const manager = MANAGERS.find(({ command }) => findCommand(command) !== null);
  if (manager === undefined) return null;
  const name = manager.names[item] ?? item;
  const sudo = manager.root ? 'sudo ' : '';
  return {
    line: `${sudo}${manager.command} ${manager.install.at(0) === '-o' ? 'install' : manager.install[0]} ${name}`,
    mayInstall: !manager.root || process.getuid?.() === 0,
    install: (failure) => install(manager, name, failure),
  };
}

/** What Debian's packages would start at every boot. */
const SERVICES = {
  'redis-server': 'redis-server',
  'nginx-light': 'nginx',
  prometheus: 'prometheus',
};

const POLICY_PATH = '/usr/sbin/policy-rc.d';

async function install({ command, update, install: args }, name, failure) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Debian asks this script whether a package may start its service; 101 means no.
  const policy = command === 'apt-get' && !existsSync(POLICY_PATH);
  const removePolicy = () => rmSync(POLICY_PATH, { force: true });
  if (policy) {
    writeFileSync(POLICY_PATH, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    process.once('exit', removePolicy);
  }
  try {
    if (update !== null) await run(command, update, { failure, env });
    await run(command, [...args, name], { failure, env });
    // Not started now, and not at the next boot either.
    const service = SERVICES[name];
    if (policy && findCommand('systemctl') !== null && service !== undefined) {
      await run('systemctl', ['disable', service], { failure, env }).catch(() => {});
    }
  } finally {
    if (policy) {
      removePolicy();
      process.removeListener('exit', removePolicy);
    }
  }
}
