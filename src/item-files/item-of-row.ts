// A row of a file → an item as PUT /v1/items takes it. Texts of cells become what the field wants; values of
// JSON stay as they are. What the service would refuse is left to its own check.

import type { JsonObject, JsonValue } from '../model/json.ts';
import { withLongNumbers } from '../model/long-numbers.ts';
import { type CellValue, listIn, priceIn, stockIn } from './cell-values.ts';
import { type ColumnChoices, type ItemField, type Target, targetsOf } from './columns.ts';

export interface ReadingChoices extends ColumnChoices {
  readonly decimal: '.' | ',' | null;
}

/** Absent fields say nothing. */
export type ReadItem = { readonly [field in ItemField]?: JsonValue };

export type ItemOfRow = { readonly item: ReadItem } | { readonly fault: string };

/** Different lists of columns whose targets are kept: lines of JSON may each have their own. */
const PLANS_MAX = 1_000;

export class ItemReading {
  private readonly plans = new Map<string, readonly Target[]>();
  private lastNames: readonly string[] = [];
  private lastTargets: readonly Target[] = [];

  constructor(private readonly choices: ReadingChoices) {}

  /** What the columns of these names say, beside them. */
  targets(names: readonly string[]): readonly Target[] {
    if (names === this.lastNames) return this.lastTargets;
    const key = JSON.stringify(names);
    let targets = this.plans.get(key);
    if (targets === undefined) {
      if (this.plans.size >= PLANS_MAX) this.plans.clear();
      targets = targetsOf(names, this.choices);
      this.plans.set(key, targets);
    }
    this.lastNames = names;
    this.lastTargets = targets;
    return targets;
  }

  item(names: readonly string[], values: readonly JsonValue[]): ItemOfRow {
    const targets = this.targets(names);
    const fields: [string, JsonValue][] = [];
    const properties: [string, JsonValue][] = [];
    for (let i = 0; i < targets.length; i++) {
      const target = targets[i]!;
      const value = values[i]!;
      if (target === null || value === null || value === '') continue;
      if ('property' in target) {
        properties.push([target.property, value]);
        continue;
      }
      const read = typeof value === 'string' ? this.cell(target.field, value) : { value };
      if ('fault' in read) return { fault: `'${target.field}': ${read.fault}` };
      if (read.value === null) continue;
      if (target.field !== 'properties') fields.push([target.field, read.value]);
      else if (isObject(read.value)) properties.unshift(...Object.entries(read.value));
      else return { fault: "'properties' is no JSON object" };
    }
    // Names are anybody's: `fromEntries` makes own keys of them, whatever they are.
    if (properties.length > 0) fields.push(['properties', Object.fromEntries(properties)]);
    return { item: Object.fromEntries(fields) };
  }

  private cell(field: ItemField, text: string): CellValue<JsonValue> {
    switch (field) {
      case 'price':
        return priceIn(text, this.choices.decimal);
      case 'inStock':
        return stockIn(text);
      case 'tags':
      case 'accessories':
        return { value: [...listIn(text)] };
      case 'properties':
        return objectIn(text);
      default: {
        const trimmed = text.trim();
        return { value: trimmed === '' ? null : trimmed };
      }
    }
  }
}

function objectIn(text: string): CellValue<JsonValue> {
  try {
    return { value: withLongNumbers(JSON.parse(text), text) as JsonValue };
  } catch {
    return { fault: 'it is no JSON object' };
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Two rows of one item one after the other, as exports write variants and further pictures: what the first
 * one says counts, and it is in stock where either is.
 */
export function joined(before: ReadItem, after: ReadItem): ReadItem {
  const isEither = before.inStock === true || after.inStock === true;
  const properties = { ...asObject(after.properties), ...asObject(before.properties) };
  return {
    ...after,
    ...before,
    ...(isEither && { inStock: true }),
    ...(Object.keys(properties).length > 0 && { properties }),
  };
}

function asObject(value: JsonValue | undefined): JsonObject {
  return value !== undefined && isObject(value) ? value : {};
}
