// Hot path. Plain values, of features and traits, to bytes and back: a tag byte, then the value.
// Tags are part of the format: never reuse one, bump the codec's version to change one.
//
// Money and the like (two decimals) is an integer of hundredths; large integers are taken to be
// times, as deltas to the one before, since lists of times are what features mostly hold.

import type { JsonValue } from '../model/json.ts';
import type { FeatureValue } from '../model/state.ts';
import { type ByteReader, CorruptState } from './byte-reader.ts';
import { type ByteWriter, INTEGER_MAX } from './byte-writer.ts';

const NULL = 0;
const FALSE = 1;
const TRUE = 2;
const INTEGER = 3;
const HUNDREDTHS = 4;
const DOUBLE = 5;
const TIME = 6;
const TEXT = 7;
const LIST = 8;
const MAP = 9;
const OBJECT = 10;
/**
 * A whole number beyond 2^53 is an object with this one key and its digits: what a caller sends
 * never has the key (the gateway drops it), and a reader of before takes such a value for an object
 * and writes it back as it was, so that two versions run side by side. A tag would stop the older.
 */
const LONG_KEY = '__proto__';
const LONG = /^-?\d{16,1024}$/;

/** From here on: small integers 0…191 in the tag itself. */
const SMALL = 64;
const SMALL_MAX = 191;

const TIME_MIN = 2 ** 39;
/** Deeper values are refused both ways; the gateway takes far less. */
const DEPTH_MAX = 128;

type Plain = FeatureValue | JsonValue;

export function writeValue(to: ByteWriter, value: Plain, depth = 0): void {
  switch (typeof value) {
    case 'number':
      writeNumber(to, value);
      return;
    case 'string':
      to.byte(TEXT);
      to.text(value);
      return;
    case 'boolean':
      to.byte(value ? TRUE : FALSE);
      return;
    case 'bigint':
      to.byte(OBJECT);
      to.varint(1);
      to.text(LONG_KEY);
      writeValue(to, String(value));
      return;
    case 'object':
      if (value === null) to.byte(NULL);
      else writeNested(to, value, depth);
      return;
    default:
      throw new TypeError(`a state cannot hold a ${typeof value}`);
  }
}

function writeNested(to: ByteWriter, value: object, depth: number): void {
  if (depth >= DEPTH_MAX) throw new TypeError('a state cannot hold a value so deep');
  if (Array.isArray(value)) {
    to.byte(LIST);
    to.varint(value.length);
    for (let i = 0; i < value.length; i++) writeValue(to, value[i], depth + 1);
  } else if (value instanceof Map) {
    to.byte(MAP);
    to.varint(value.size);
    for (const [key, inner] of value) {
      to.text(key);
      writeValue(to, inner, depth + 1);
    }
  } else {
    const keys = Object.keys(value);
    to.byte(OBJECT);
    to.varint(keys.length);
    for (const key of keys) {
      to.text(key);
      writeValue(to, (value as { [key: string]: JsonValue })[key]!, depth + 1);
    }
  }
}

function writeNumber(to: ByteWriter, value: number): void {
  // Most numbers: counts, distances of buckets.
  if ((value | 0) === value && value > 0 && value <= SMALL_MAX) {
    to.byte(SMALL + value);
    return;
  }
  if (Number.isInteger(value) && Math.abs(value) <= INTEGER_MAX && !Object.is(value, -0)) {
    if (value >= 0 && value <= SMALL_MAX) {
      to.byte(SMALL + value);
    } else if (value >= TIME_MIN) {
      to.byte(TIME);
      to.timeMs(value);
    } else {
      to.byte(INTEGER);
      to.signed(value);
    }
    return;
  }
  const hundredths = Math.round(value * 100);
  if (Math.abs(hundredths) < 2 ** 31 && hundredths / 100 === value && !Object.is(value, -0)) {
    to.byte(HUNDREDTHS);
    to.signed(hundredths);
  } else {
    to.byte(DOUBLE);
    to.double(value);
  }
}

/** @throws CorruptState */
export function readValue(from: ByteReader, depth = 0): Plain {
  const tag = from.byte();
  if (tag >= SMALL) return tag - SMALL;
  switch (tag) {
    case NULL:
      return null;
    case FALSE:
      return false;
    case TRUE:
      return true;
    case INTEGER:
      return from.signed();
    case HUNDREDTHS:
      return from.signed() / 100;
    case DOUBLE:
      return from.double();
    case TIME:
      return from.timeMs();
    case TEXT:
      return from.text();
  }
  if (depth >= DEPTH_MAX) throw new CorruptState('a value is too deep');
  switch (tag) {
    case LIST: {
      const list = new Array<Plain>(from.count());
      for (let i = 0; i < list.length; i++) list[i] = readValue(from, depth + 1);
      return list as FeatureValue;
    }
    case MAP: {
      const count = from.count();
      const map = new Map<string, FeatureValue>();
      for (let i = 0; i < count; i++)
        map.set(from.text(), readValue(from, depth + 1) as FeatureValue);
      return map;
    }
    case OBJECT: {
      const count = from.count();
      const object: { [key: string]: JsonValue } = {};
      for (let i = 0; i < count; i++) {
        const key = from.text();
        const value = readValue(from, depth + 1) as JsonValue;
        // Assigning to __proto__ would set the prototype instead.
        if (key === '__proto__') {
          if (count === 1 && typeof value === 'string' && LONG.test(value)) return BigInt(value);
          Object.defineProperty(object, key, {
            value,
            enumerable: true,
            configurable: true,
            writable: true,
          });
        } else object[key] = value;
      }
      return object;
    }
    default:
      throw new CorruptState(`unknown tag ${tag}`);
  }
}
