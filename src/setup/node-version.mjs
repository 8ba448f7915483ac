import { SetupFault } from './narrate.mjs';

const MINIMUM = [20, 11];

/** @throws SetupFault when this Node is older than the product needs */
export function checkNodeVersion(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return;
  throw new SetupFault(`Node ${version} is too old: install Node ${MINIMUM.join('.')} or newer`);
}
