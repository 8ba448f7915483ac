// Programs that a few tests run for real and nothing else needs: a browser, and what deployments put
// beside the service. Their absence is no fault: those tests are then skipped.

import { step } from './narrate.mjs';
import { findCommand, packageManagerFor } from './package-manager.mjs';

/** By the package manager's item: what it may be called on the PATH, and what is skipped without. */
const PROGRAMS = [
  {
    item: 'chromium',
    commands: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    skipped: 'the browser SDK test',
  },
  { item: 'nginx', commands: ['nginx'], skipped: 'the test of the nginx configuration' },
  { item: 'prometheus', commands: ['promtool'], skipped: "promtool's check of the alert rules" },
  {
    item: 'docker-compose',
    commands: ['docker-compose'],
    skipped: "docker-compose's check of the compose file",
  },
];

/** Installs what is missing where that is possible; says in one line each what will be skipped. */
export async function provideTestPrograms() {
  for (const program of PROGRAMS) {
    // One by one: a system that lacks one of the packages may well have the others.
    if (isAbsent(program)) await provide(program);
  }
}

async function provide(program) {
  const { item, skipped } = program;
  const manager = packageManagerFor(item);
  if (manager?.mayInstall) {
    try {
      await step(`installing ${item} for tests`, () =>
        manager.install(`${item} could not be installed`),
      );
    } catch (error) {
      process.stderr.write(`proffer: ${error.message}\n`);
    }
  }
  if (!isAbsent(program)) return;
  const how = manager === null ? '' : ` (${manager.line})`;
  process.stderr.write(`proffer: no ${item}${how}: ${skipped} will be skipped\n`);
}

function isAbsent({ commands }) {
  return commands.every((command) => findCommand(command) === null);
}
