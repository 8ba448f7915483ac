// Whether an analyst may have the settings of a URL or a statement. What a name is, what a value
// means and what stands where is the engine's to say; here is only how high a limit may be, and what
// keeps its value. A refusal is worded as a server says it whose profile has such constraints.

import type { Ask, EngineConnection } from '../sinks/engine-connection.ts';
import { nameOf, quoted } from '../sinks/param-text.ts';
import { type SettingPair, settingClauses } from './setting-clauses.ts';
import { LIMITS, ruleOf } from './setting-rules.ts';
import { SqlError } from './sql-error.ts';

/** By name: the value on the door's connections, and the name that this one is another for. */
type Known = ReadonlyMap<string, { readonly value: string; readonly alias: string }>;

/**
 * Clients send it with every query, and no answer depends on it: in a URL any number is taken, and
 * queries go on with what they have. Where a statement says it, somebody meant it: it is a limit.
 */
const TUNES = 'max_threads';

export class SettingJudge {
  private constructor(private readonly known: Known) {}

  /** Takes the values of this connection as those that queries begin with. */
  static async of(engine: EngineConnection): Promise<SettingJudge> {
    const sql = 'SELECT name, value, alias_for FROM system.settings';
    const { body } = await engine.run({ sql, format: 'TabSeparated' });
    const rows = Buffer.from(body).toString().trimEnd().split('\n');
    return new SettingJudge(
      new Map(
        rows.map((row) => {
          const [name, value, alias] = row.split('\t') as [string, string, string];
          return [name, { value, alias: alias || name }];
        }),
      ),
    );
  }

  /** The limits that there are, so that no other setting moves them: `compatibility` would. */
  limits(): Record<string, number> {
    const limits: Record<string, number> = {};
    for (const name of LIMITS) if (this.ceiling(name) > 0) limits[name] = this.ceiling(name);
    return limits;
  }

  /**
   * Sets what a URL and a statement say, for the statement that follows. Its own clauses for the
   * whole of it too: so the engine, read-only, has nothing more to change.
   * @throws SqlError, or the engine's error
   */
  async apply(url: Readonly<Record<string, string>>, sql: string, ask: Ask): Promise<void> {
    const clauses = mayHaveClauses(sql) ? settingClauses(await canonical(sql, ask)) : [];
    const pairs = Object.entries(url)
      .filter(([name, value]) => !(name === TUNES && /^\d+$/.test(value)))
      .map(([name, value]) => ({ name, literal: quoted(value) }));
    const all = [{ pairs, whole: true }, ...clauses];
    for (const clause of all) await this.judge(clause.pairs, ask);
    for (const { pairs: said, whole } of all) {
      // What keeps its value is as it should be, and `readonly` comes last.
      const set = said.filter(({ name }) => !this.isKept(name));
      if (whole && set.length > 0) await ask(`SET ${assignments(set)}`);
    }
  }

  /**
   * The engine says, of a statement that does nothing, what the limits come to, and which names there
   * are not: it passes over those in a subquery.
   */
  private async judge(pairs: readonly SettingPair[], ask: Ask): Promise<void> {
    for (const { name, literal } of pairs) this.refuseKept(name, literal);
    const limits = pairs.map(({ name }) => name).filter((name) => this.isLimit(name));
    const asked = pairs.filter(({ name }) => this.isLimit(name) || !this.known.has(name));
    if (asked.length === 0) return;
    const values = limits.map((name) => `toString(getSetting(${quoted(name)}))`);
    const found = await ask(
      `SELECT [${values.join(', ')}] FORMAT JSONCompactEachRow SETTINGS ${assignments(asked)}`,
    );
    const [texts] = JSON.parse(found) as [string[]];
    limits.forEach((name, i) => {
      this.refuseLifted(name, Number(texts[i]));
    });
  }

  private refuseLifted(name: string, value: number): void {
    const ceiling = this.ceiling(name);
    if (ceiling === 0 || (value > 0 && value <= ceiling)) return;
    const bound = value > ceiling ? `greater than ${ceiling}` : 'less than 1';
    throw new SqlError(452, `Setting ${name} shouldn't be ${bound}`, 403);
  }

  private refuseKept(given: string, value: string): void {
    if (!this.isKept(given)) return;
    const name = this.known.get(given)?.alias ?? given;
    const text = value.replace(/^'(.*)'$/s, '$1').toLowerCase();
    if (asNumber(text) === asNumber(this.known.get(name)?.value ?? '')) return;
    // Less than what is kept anyway, and what several clients send.
    if (name === 'readonly' && text === '2') return;
    if (ruleOf(name) === 'writes') {
      throw new SqlError(164, `Cannot modify '${name}' setting in readonly mode`, 403);
    }
    throw new SqlError(452, `Setting ${name} should not be changed`, 403);
  }

  private isLimit(name: string): boolean {
    return ruleOf(this.known.get(name)?.alias ?? name) === 'limit';
  }

  private isKept(name: string): boolean {
    const rule = ruleOf(this.known.get(name)?.alias ?? name);
    return rule !== null && rule !== 'limit';
  }

  private ceiling(name: string): number {
    const real = this.known.get(name)?.alias ?? name;
    return Number(this.known.get(real)?.value ?? 0) || 0;
  }
}

/** Whether to look closer. */
export function mayHaveClauses(sql: string): boolean {
  return /settings/i.test(sql);
}

/** The statement in the engine's own words. @throws its error */
async function canonical(sql: string, ask: Ask): Promise<string> {
  try {
    return await ask(`SELECT formatQuerySingleLine(${quoted(sql)}) FORMAT TSVRaw`);
  } catch (error) {
    // It names the statement around it, which nobody wrote.
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(message.replace(/: In scope SELECT formatQuery.*(?= \([A-Z_]+\))/s, ''));
  }
}

function assignments(pairs: readonly SettingPair[]): string {
  return pairs.map(({ name, literal }) => `${nameOf(name)} = ${literal}`).join(', ');
}

function asNumber(text: string): string {
  return text === 'true' ? '1' : text === 'false' ? '0' : text;
}
