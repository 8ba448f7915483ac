// Hot path. What an event must carry (`events:`): one check per event name, made once.

import { Calendar } from '../model/calendar.ts';
import type { EventCheck } from '../model/catalog.ts';
import { isoToMs } from '../model/iso-time.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { soundPart } from './check-shape.ts';
import { type FaultList, quote } from './fault.ts';
import type { Located } from './located.ts';
import { checkEventName } from './parse-selector.ts';
import { eventShape, type PROPERTY_TYPES } from './shapes/section-shapes.ts';

export type PropertyType = (typeof PROPERTY_TYPES)[number];

/** What one event must carry: its check, and the declared types by property. */
export interface EventContract {
  readonly check: EventCheck;
  readonly types: ReadonlyMap<string, PropertyType>;
  /** Whether it says which properties there are, and not only that there is such an event. */
  readonly lists: boolean;
}

/** One declared property; a dotted key walks objects, as paths do. */
interface Property {
  readonly path: string;
  readonly steps: readonly string[];
  readonly type: PropertyType;
  readonly required: boolean;
}

/** The contract of one event; null when its shape is wrong. */
export function compileEvent(name: string, node: Located, faults: FaultList): EventContract | null {
  checkEventName(name, { ...node, offset: node.keyOffset }, faults);
  if (name === '*') {
    faults.at(node, '"*" is no event: name those that must carry something', {
      found: '*',
      offset: node.keyOffset,
    });
  }
  const sound = soundPart(eventShape, node, faults);
  if (sound === null) return null;
  // identify and group carry traits where the others carry properties.
  const root = contractRoot(name);
  const properties: Property[] = [];
  const listed = sound.node.entries?.get('properties')?.entries ?? null;
  const declared = listed ?? new Map<string, Located>();
  for (const [key, entry] of declared) {
    checkProperty(key, entry, declared, faults);
    const text = entry.value as string;
    const required = text.endsWith('!');
    const type = (required ? text.slice(0, -1) : text) as PropertyType;
    properties.push({ path: `${root}.${key}`, steps: key.split('.'), type, required });
  }
  return {
    check: (event) => checkProperties(event[root], properties),
    types: new Map(properties.map(({ steps, type }) => [steps.join('.'), type])),
    lists: listed !== null,
  };
}

/** Where an event has what its contract is about. */
export function contractRoot(event: string): 'traits' | 'properties' {
  return event === '$identify' || event === '$group' ? 'traits' : 'properties';
}

/** A property that no event could have would refuse every event, or check nothing. */
function checkProperty(
  key: string,
  node: Located,
  declared: ReadonlyMap<string, Located>,
  faults: FaultList,
): void {
  const steps = key.split('.');
  const expected = 'a property such as total or address.city';
  if (steps.some((step) => step === '')) {
    faults.at(node, `found ${quote(key)}, expected ${expected}`, {
      found: quote(key),
      expected,
      offset: node.keyOffset,
    });
  } else if (/[[\]]/.test(key)) {
    faults.at(node, `found ${quote(key)}: what is inside a list is not checked`, {
      found: quote(key),
      expected,
      offset: node.keyOffset,
    });
  }
  for (let i = 1; i < steps.length; i++) {
    const outer = steps.slice(0, i).join('.');
    const type = (declared.get(outer)?.value as string | undefined)?.replace('!', '');
    if (type === undefined || type === 'map') continue;
    faults.at(node, `${quote(key)} is inside ${quote(outer)}, which is declared as a ${type}`, {
      found: quote(key),
      offset: node.keyOffset,
    });
    return;
  }
}

function checkProperties(values: JsonObject, properties: readonly Property[]) {
  for (let i = 0; i < properties.length; i++) {
    const property = properties[i]!;
    const value = valueAt(values, property.steps);
    // null is absent (CATALOG, Expressions).
    if (value === undefined || value === null) {
      if (!property.required) continue;
      return { path: property.path, message: `${property.path} is required` };
    }
    if (!FITS[property.type](value)) {
      return { path: property.path, message: `${property.path} must be a ${property.type}` };
    }
  }
  return null;
}

function valueAt(values: JsonObject, steps: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = values;
  for (let i = 0; i < steps.length; i++) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, steps[i]!) ? value[steps[i]!] : undefined;
    if (value === undefined) return undefined;
  }
  return value;
}

// Only whether a text is a time is asked; which zone it would be in makes no difference to that.
const ANY_ZONE = new Calendar('UTC');

const FITS: Readonly<Record<PropertyType, (value: JsonValue) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => Number.isFinite(typeof value === 'bigint' ? Number(value) : value),
  boolean: (value) => typeof value === 'boolean',
  time: (value) => typeof value === 'string' && isoToMs(value, ANY_ZONE) !== undefined,
  list: (value) => Array.isArray(value),
  // An empty list is how PHP writes an empty map.
  map: (value) =>
    typeof value === 'object' && value !== null && (!Array.isArray(value) || value.length === 0),
};
