// The form that a statement takes on a replicated, sharded ClickHouse cluster. Every table becomes
// two: `<name>_local`, replicated within its shard, which is what is written to, and `<name>`, which
// spans all shards and is what is read. One source for both forms: schemas/clickhouse/*.sql, and the
// few statements of the writer, are written for one server and translated here.

/** Path in Keeper of a local table; the macros are each server's own. */
const REPLICA = `'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'`;

/** The local table of a table. */
export function localTable(name: string): string {
  return `${name}_local`;
}

/**
 * The statements to run, in order, in place of `statement`. Each may be run again.
 * @throws Error for a statement that has no form on a cluster yet
 */
export function clusterStatements(statement: string, cluster: string): string[] {
  const on = `ON CLUSTER ${quoted(cluster)}`;
  for (const [pattern, translate] of TRANSLATIONS) {
    const match = pattern.exec(statement);
    if (match !== null) return translate(match.slice(1), on, quoted(cluster));
  }
  throw new Error(`no form on a cluster for: ${statement.slice(0, 80)}`);
}

type Translate = (parts: readonly string[], on: string, cluster: string) => string[];

const TRANSLATIONS: readonly (readonly [RegExp, Translate])[] = [
  [
    /^CREATE TABLE (?:IF NOT EXISTS )?(\w+)(.*?)\bENGINE = (\w*MergeTree)(?:\(([^)]*)\))?(.*)$/s,
    ([name = '', columns = '', engine = '', args = '', rest = ''], on, cluster) => {
      const local = localTable(name);
      const replicated = `Replicated${engine}(${REPLICA}${args === '' ? '' : `, ${args}`})`;
      const settings = rest.replace('non_replicated_dedup', 'replicated_dedup');
      return [
        `CREATE TABLE IF NOT EXISTS ${local} ${on}${columns}ENGINE = ${replicated}${settings}`,
        `CREATE TABLE IF NOT EXISTS ${name} ${on} AS ${local}` +
          ` ENGINE = Distributed(${cluster}, currentDatabase(), ${local})`,
      ];
    },
  ],
  [
    /^CREATE VIEW (?:IF NOT EXISTS )?(\w+)(.*)$/s,
    ([name, rest], on) => [`CREATE VIEW IF NOT EXISTS ${name} ${on}${rest}`],
  ],
  [
    /^CREATE OR REPLACE VIEW (\w+)(.*)$/s,
    ([name, rest], on) => [`CREATE OR REPLACE VIEW ${name} ${on}${rest}`],
  ],
  [
    // Rows are removed where they are; a table of all shards has none.
    // Likewise settings: how rows are kept is the local table's.
    /^ALTER TABLE (\w+)(\s+(?:DELETE|MODIFY SETTING)\b.*)$/s,
    ([name = '', rest], on) => [`ALTER TABLE ${localTable(name)} ${on}${rest}`],
  ],
  [
    /^ALTER TABLE (\w+)(\s+(?:ADD|MODIFY) COLUMN\b.*)$/s,
    ([name = '', rest], on) =>
      [localTable(name), name].map((table) => `ALTER TABLE ${table} ${on}${rest}`),
  ],
  [
    /^DROP TABLE IF EXISTS (\w+)$/,
    ([name = ''], on) =>
      [name, localTable(name)].map((table) => `DROP TABLE IF EXISTS ${table} ${on} SYNC`),
  ],
  [/^INSERT INTO (\w+)(.*)$/s, ([name = '', rest]) => [`INSERT INTO ${localTable(name)}${rest}`]],
  [
    /^CREATE ROLE IF NOT EXISTS (\w+)(.*)$/s,
    ([name, rest], on) => [`CREATE ROLE IF NOT EXISTS ${name} ${on}${rest}`],
  ],
  [/^GRANT (.*)$/s, ([rest], on) => [`GRANT ${on} ${rest}`]],
];

function quoted(name: string): string {
  return `'${name.replace(/[\\']/g, (char) => `\\${char}`)}'`;
}
