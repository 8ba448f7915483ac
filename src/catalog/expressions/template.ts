// Hot path (the closures). Treatments: JSON with `{{ expression }}` in its texts. What has no
// template is frozen at load and handed out as it is; the rest is rebuilt for every decision.
//
// A text that is exactly one expression keeps the value's type: a time becomes its ISO text, a
// duration its seconds, a whole number beyond 2^53 the text of its digits. Inside of other text lists and maps are written as JSON.

import type { JsonObject, JsonValue } from '../../model/json.ts';
import {
  Instant,
  type MaybeValue,
  type Scope,
  Span,
  type TreatmentRenderer,
} from '../../model/value.ts';
import { compileSource } from './compiler.ts';
import type { Ast } from './compiling.ts';
import type { ExpressionFault, ExpressionNames, ExpressionReads } from './names.ts';
import { isMap } from './own.ts';
import { splitTemplate } from './template-text.ts';

/** Nesting of a treatment, and of a value put into one. */
const DEPTH_MAX = 32;

/** Characters of a value that is put into a treatment, with some for each part of it: `items` of `items`. */
const VALUE_CHARS_MAX = 262_144;
const PART_CHARS = 16;

const TOO_DEEP = 'A treatment may not be nested this deeply';

/** What `{{{ x }}}` leaves, which other languages of templates have; to CEL it is half a map. */
const THREE_BRACES = /^\{\s*([^{}]*?)\s*\}$/;

/** A fault and the way to the text it is in: keys and list positions. */
export type TemplateFault = ExpressionFault & { readonly path: readonly (string | number)[] };

/** One expression of a treatment: the way to its text, and where in that it starts. */
export interface TemplateExpression {
  readonly path: readonly (string | number)[];
  readonly offset: number;
  readonly ast: Ast;
  readonly reads: ExpressionReads;
}

/** A compiled treatment, or all that is wrong with it. */
export type CompiledTemplate =
  | {
      readonly ok: true;
      readonly render: TreatmentRenderer;
      readonly expressions: readonly TemplateExpression[];
    }
  | { readonly ok: false; readonly faults: readonly TemplateFault[] };

/** Makes one value of a treatment; undefined stands for unknown and never leaves this file. */
type Part = (scope: Scope, onUnknown: () => void) => JsonValue;

interface Building {
  readonly names: ExpressionNames;
  /** Of a treatment: keys that start with $ are kept for what Proffer may say there. */
  readonly isReserved: boolean;
  /** The key whose text is HTML; null = none is. */
  readonly html: string | null;
  readonly faults: TemplateFault[];
  readonly expressions: TemplateExpression[];
}

/**
 * Compiles a treatment. The renderer shares what has no template between calls (frozen), calls
 * `onUnknown` once for every expression that is unknown, and puts "" in its place.
 * @param html the key whose text is HTML: what is put into it stays text. One that is an expression and
 *   nothing else is HTML itself.
 */
export function compileTemplate(
  treatment: JsonObject,
  names: ExpressionNames,
  html: string | null = null,
): CompiledTemplate {
  const isReserved = names.message === null || names.message === 'shown';
  const building: Building = { names, isReserved, html, faults: [], expressions: [] };
  const part = compileValue(building, treatment, []);
  if (building.faults.length > 0) return { ok: false, faults: building.faults };
  const { expressions } = building;
  if (typeof part !== 'function')
    return { ok: true, render: () => part as JsonObject, expressions };
  return { ok: true, render: part as TreatmentRenderer, expressions };
}

/** A function where there is something to render, else the frozen value. */
function compileValue(
  building: Building,
  value: JsonValue,
  path: readonly (string | number)[],
): Part | JsonValue {
  if (typeof value === 'string') return compileText(building, value, path);
  if (typeof value !== 'object' || value === null) return value;
  if (path.length >= DEPTH_MAX) {
    fault(building, path, building.isReserved ? TOO_DEEP : 'This may not be nested this deeply');
    return null;
  }
  if (Array.isArray(value)) {
    const items = value.map((item, i) => compileValue(building, item, [...path, i]));
    if (!items.some(isPart)) return Object.freeze(items as JsonValue[]) as JsonValue[];
    return (scope, onUnknown) =>
      items.map((item) => (isPart(item) ? item(scope, onUnknown) : item));
  }
  return compileObject(building, value, path);
}

function compileObject(
  building: Building,
  value: JsonObject,
  path: readonly (string | number)[],
): Part | JsonValue {
  const keys = Object.keys(value);
  for (const key of keys) {
    if (building.isReserved && key.startsWith('$')) {
      fault(building, [...path, key], 'Keys that start with $ are reserved');
    } else if (key === '__proto__') {
      fault(building, [...path, key], 'This key cannot be used');
    }
  }
  const parts = keys.map((key) => compileValue(building, value[key]!, [...path, key]));
  if (!parts.some(isPart)) {
    const copy: JsonObject = {};
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] !== '__proto__') copy[keys[i]!] = parts[i] as JsonValue;
    }
    return Object.freeze(copy) as JsonObject;
  }
  return (scope, onUnknown) => {
    const made: JsonObject = {};
    for (let i = 0; i < keys.length; i++) {
      const part = parts[i]!;
      made[keys[i]!] = isPart(part) ? part(scope, onUnknown) : part;
    }
    return made;
  };
}

function isPart(part: Part | JsonValue): part is Part {
  return typeof part === 'function';
}

function compileText(
  building: Building,
  text: string,
  path: readonly (string | number)[],
): Part | string {
  const split = splitTemplate(text);
  if ('fault' in split) {
    building.faults.push({ ...split.fault, path });
    return '';
  }
  const pieces = split.pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    const { term, faults, reads, ast } = compileSource(piece.source, building.names);
    if (ast !== null) building.expressions.push({ path, offset: piece.offset, ast, reads });
    const inner = THREE_BRACES.exec(piece.source)?.[1];
    for (const found of faults) {
      if (inner !== undefined) {
        const message = 'A template has two braces';
        const [offset, length] = [piece.offset - 2, piece.source.length + 4];
        building.faults.push({ offset, length, message, suggestion: `{{ ${inner} }}`, path });
        break;
      }
      building.faults.push({ ...found, offset: found.offset + piece.offset, path });
    }
    return term.run;
  });
  const first = pieces[0];
  if (first === undefined) return '';
  if (pieces.length === 1) {
    if (typeof first === 'string') return first;
    return (scope, onUnknown) => {
      const value = toJson(first(scope), 0, roomFor());
      if (value !== undefined) return value;
      onUnknown();
      return '';
    };
  }
  const isHtml = path.length === 1 && path[0] === building.html;
  return (scope, onUnknown) => {
    let out = '';
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i]!;
      if (typeof piece === 'string') {
        out += piece;
        continue;
      }
      const value = toJson(piece(scope), 0, roomFor());
      if (value === undefined || value === null) onUnknown();
      else {
        const put = typeof value === 'object' ? JSON.stringify(value) : String(value);
        out += isHtml ? escaped(put) : put;
      }
    }
    return out;
  };
}

/** As HTML shows it, between tags and within the quotes of an attribute. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

interface Room {
  chars: number;
}

function roomFor(): Room {
  return { chars: VALUE_CHARS_MAX };
}

/** The value as JSON; undefined where it is unknown, no finite number, nested too deep or too large. */
function toJson(value: MaybeValue, depth: number, room: Room): JsonValue | undefined {
  room.chars -= PART_CHARS + (typeof value === 'string' ? value.length : 0);
  if (room.chars < 0) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  // A number in JSON would be rounded by whoever reads it.
  if (typeof value === 'bigint') return String(value);
  if (value === undefined || value === null || typeof value !== 'object') return value;
  if (value instanceof Instant) {
    return Math.abs(value.ms) <= 8.64e15 ? new Date(value.ms).toISOString() : undefined;
  }
  if (value instanceof Span) return value.ms / 1000;
  if (depth >= DEPTH_MAX) return undefined;
  if (!isMap(value)) {
    const items: JsonValue[] = [];
    for (const item of value) {
      const json = toJson(item, depth + 1, room);
      if (json === undefined) return undefined;
      items.push(json);
    }
    return items;
  }
  const made: JsonObject = Object.create(null);
  for (const key of Object.keys(value)) {
    const json = toJson(value[key], depth + 1, room);
    if (json === undefined) return undefined;
    made[key] = json;
  }
  return made;
}

function fault(building: Building, path: readonly (string | number)[], message: string): void {
  building.faults.push({ offset: 0, length: 0, message, suggestion: null, path });
}
