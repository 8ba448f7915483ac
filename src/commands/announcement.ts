// What `up` prints when it serves: where, with which keys, and lines to paste.

import type { Config } from '../config.ts';
import { KEY_KNOBS, type KeptKeys, type Keys, keptKeysPath } from './kept-keys.ts';
import { reachable } from './service.ts';

/** A request that is answered with an offer. */
export interface Example {
  /** e.g. `/v1/track` */
  readonly path: string;
  readonly body: unknown;
}

/** The catalog that is in effect. */
export interface CatalogInEffect {
  readonly publication: number;
  /** As it calls itself. */
  readonly name: string;
  /** The folder that it is, as it was typed; null = none that the start knows. */
  readonly folder: string | null;
}

/** What the announcement depends on beside the configuration. */
export interface Occasion {
  readonly catalog: CatalogInEffect;
  readonly example: Example | null;
  /** Keys that are refused. */
  readonly revoked: readonly (keyof Keys)[];
  /** Whether a person reads it: a file or a collector is no place for keys. */
  readonly isTerminal: boolean;
}

/** The announcement, several lines. Keys are in it once: at the start that made them, on a terminal. */
export function announce(config: Config, keys: KeptKeys, occasion: Occasion): string {
  const { catalog, example } = occasion;
  const folder = catalog.folder === null ? '' : `, folder ${catalog.folder}`;
  const api = `http://${reachable(config.PROFFER_HOST)}:${config.PROFFER_PORT}`;
  const sql =
    config.CLICKHOUSE_URL === undefined
      ? `http://${reachable(config.PROFFER_HOST)}:${config.PROFFER_SQL_PORT}`
      : 'your ClickHouse server';
  const path = keptKeysPath(config.PROFFER_DATA_DIR);
  const shown = (name: keyof Keys) => {
    if (occasion.revoked.includes(name))
      return `${KEY_KNOBS[name]}, which was revoked: set another`;
    if (keys.origins[name] === 'given') return `as in ${KEY_KNOBS[name]}`;
    const isShown = keys.origins[name] === 'made' && occasion.isTerminal;
    return isShown ? `${keys[name]}   (shown this once; ${name} in ${path})` : `${name} in ${path}`;
  };
  const lines = [
    '',
    `Proffer serves at ${api}   (API: ${api}/docs, metrics: ${api}/metrics)`,
    `  analysts   ${sql}   (any user, an analyst's key or the admin key as password)`,
    `  write key  ${shown('writeKey')}`,
    `  browser key  ${shown('browserKey')}`,
    `  admin key  ${shown('adminKey')}`,
    `  catalog    ${catalog.name} (publication ${catalog.publication}${folder})`,
    `  data       ${config.PROFFER_DATA_DIR}`,
  ];
  if (example !== null && !occasion.revoked.includes('writeKey')) {
    const isGiven = keys.origins.writeKey === 'given';
    const variable = isGiven ? KEY_KNOBS.writeKey : 'KEY';
    lines.push('', 'Try it:');
    if (!isGiven) lines.push(`  ${keyLine(path)}`);
    lines.push(`  ${curlLine(api, variable, example)}`);
  }
  lines.push('', 'Ctrl-C stops it.', '');
  return lines.join('\n');
}

/** Sets KEY to the write key of a file, whatever the file is called. */
export function keyLine(path: string): string {
  return `export KEY=$(node -p 'require(process.argv[1]).writeKey' ${quoted(path)})`;
}

/**
 * One line that a POSIX shell runs as it stands.
 * @param variable that has the key: a line with the key itself would be in the shell's history
 */
export function curlLine(api: string, variable: string, example: Example): string {
  const body = quoted(JSON.stringify(example.body));
  return `curl -s ${api}${example.path} -u "$${variable}:" -H 'Content-Type: application/json' -d ${body}`;
}

/** One word for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
