// Eight customers of the retail example as commit d3f790f stored them, the last build that wrote states
// of version 1: all that its Redis held after imports, identifies, decisions, outcomes, a feature that
// left the catalog and messages enough to spill; what that build read of each; and how it went on:
// events, some of them sent before, each at a given time with its answer, and each customer in the end.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { compileCatalog } from '../../src/catalog/compile-catalog.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { CustomerState } from '../../src/model/state.ts';
import { plainState } from '../support/states.ts';
import type { StoredDeployment } from './stored-deployment.ts';

/** A customer as that build read it, at one time. */
export interface ReadCustomer {
  readonly id: string;
  /** As `comparable` gives it. */
  readonly state: JsonObject;
  readonly view: JsonObject;
}

/** A track event of the time after, and what it was answered. */
export interface NextEvent {
  readonly userId: string;
  readonly messageId: string;
  readonly event: string;
  readonly properties: JsonObject;
  readonly atMs: number;
  readonly duplicate: boolean;
  /** JSON text of the decisions. */
  readonly answer: string;
}

export interface StoredShop extends Omit<StoredDeployment, 'view'> {
  readonly reads: readonly ReadCustomer[];
  readonly steps: readonly NextEvent[];
  /** As they were DAYS_AFTER days after `atMs`. */
  readonly after: readonly ReadCustomer[];
}

export const DAYS_AFTER = 91;

export function storedShop(): StoredShop {
  const packed = readFileSync(new URL('./shop-v1.json.gz', import.meta.url));
  return JSON.parse(gunzipSync(packed).toString('utf8')) as StoredShop;
}

/** The value under a customer's key, a character a byte. */
export function storedValueOf({ keys }: StoredShop, id: string): string {
  const [, stored] = Object.entries(keys).find(([key]) => key.endsWith(`:customer:${id}`))!;
  return Buffer.from(stored.value as string, 'hex').toString('latin1');
}

/** The catalog that was published last. */
export function catalogOf({ keys }: StoredShop): Catalog {
  const fields = keys['proffer:{catalog}:current']!.value as readonly string[];
  const texts = fields.map((field) => Buffer.from(field, 'hex').toString('utf8'));
  const compiled = compileCatalog(JSON.parse(texts[texts.indexOf('source') + 1]!));
  if (!compiled.ok) throw new Error('the stored catalog no longer compiles');
  return compiled.catalog;
}

/** All of a state as JSON; Maps as `{ map: [[key, value], …] }`, in their order. */
export function comparable(state: CustomerState): JsonObject {
  const text = JSON.stringify(plainState(state), (_, value: unknown) =>
    value instanceof Map ? { map: [...value] } : value,
  );
  return JSON.parse(text) as JsonObject;
}
