// The configuration as an environment: how `up` hands it to its children.

import { type Config, KNOBS, readConfig } from '../config.ts';

/**
 * `inherited` with every knob of the configuration in it; a knob that is absent is absent there too.
 */
export function configEnvironment(
  config: Config,
  inherited: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = { ...inherited };
  for (const name of knobNames()) {
    const value = config[name];
    if (value === undefined) delete env[name];
    else env[name] = String(value);
  }
  return env;
}

/** What differs from the defaults, for the log at start; secrets are only said to be set. */
export function configDifferences(config: Config): Record<string, string> {
  const defaults = readConfig({});
  const differences: Record<string, string> = {};
  for (const name of knobNames()) {
    const value = config[name];
    if (value === undefined || value === defaults[name]) continue;
    differences[name] = /_KEY$|_URL$/.test(name) ? '(set)' : String(value);
  }
  return differences;
}

function knobNames(): ReadonlyArray<keyof Config> {
  return Object.keys(KNOBS) as Array<keyof Config>;
}
