// `npm run lock`, after every `npm install`: completes package-lock.json. A registry that does not
// carry the packages of other platforms makes npm leave them out of the lock file, silently, and
// `npm ci` then refuses that file everywhere. They are optional and never fetched on this platform,
// so what the lock has to say about them is known: the version their parent pins, and the platform
// in their name. A tidy test fails when something is missing.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProgram, projectRoot } from './project.mjs';

/** npm's names of what package names spell in several ways. */
const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'win32',
];
const CPUS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];
const LIBRARIES = { gnu: 'glibc', glibc: 'glibc', musl: 'musl' };

/** What packages ask for and the lock file lacks: `{ parent, name, range, optional }` each. */
export function missingFromLock(packages) {
  const missing = [];
  for (const [parent, { dependencies, optionalDependencies }] of Object.entries(packages)) {
    for (const [asked, optional] of [
      [dependencies ?? {}, false],
      [optionalDependencies ?? {}, true],
    ]) {
      for (const [name, range] of Object.entries(asked)) {
        if (!isLocked(packages, parent, name)) missing.push({ parent, name, range, optional });
      }
    }
  }
  return missing;
}

/** Adds what is missing. @throws Error where that cannot be known from the name and the parent */
export function completeLock(lock) {
  const packages = { ...lock.packages };
  for (const { parent, name, range, optional } of missingFromLock(packages)) {
    const words = name.split(/[/-]/);
    const os = words.filter((word) => SYSTEMS.includes(word));
    const cpu = words.filter((word) => CPUS.includes(word));
    const libc = words.filter((word) => word in LIBRARIES).map((word) => LIBRARIES[word]);
    if (!optional || os.length !== 1 || cpu.length !== 1 || !/^\d+\.\d+\.\d+[\w.-]*$/.test(range)) {
      throw new Error(`${parent} needs ${name}@${range}, and the lock file cannot do without`);
    }
    packages[`node_modules/${name}`] = {
      version: range,
      cpu,
      ...(packages[parent].dev && { dev: true }),
      ...(libc.length > 0 && { libc }),
      optional: true,
      os,
    };
  }
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(sorted) };
}

/** Whether a package finds another one: beside itself, or in a folder above. */
function isLocked(packages, parent, name) {
  let folder = parent;
  for (;;) {
    const base = folder === '' ? '' : `${folder}/`;
    if (packages[`${base}node_modules/${name}`]?.version !== undefined) return true;
    if (folder === '') return false;
    folder = folder.slice(0, folder.lastIndexOf('node_modules/')).replace(/\/$/, '');
  }
}

if (isProgram(import.meta.url)) {
  const path = join(projectRoot, 'package-lock.json');
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const missing = missingFromLock(lock.packages).length;
  if (missing > 0) writeFileSync(path, `${JSON.stringify(completeLock(lock), null, 2)}\n`);
  process.stdout.write(`package-lock.json: ${missing} added\n`);
}
