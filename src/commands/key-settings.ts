// What `keys create` and `keys rotate` are told, read: options that mean nothing for the kind of a key, or
// say nothing, are faults, so that no key is made that is bound by less than its maker thinks.

import { SetupFault } from '../errors.ts';
import { type KeyKind, type KeyOption, takesOption } from '../gateway/keys/key-kinds.ts';
import type { KeyOptions } from '../gateway/keys/key-options.ts';
import { DURATION_PATTERN, durationMs } from '../model/duration.ts';

/** As they were typed. */
export interface KeySettings {
  readonly kind: KeyKind;
  readonly placements?: string;
  readonly store?: string;
  readonly rate?: string;
  readonly expires?: string;
}

const TEXT_CHARS_MAX = 256;
const PLACEMENTS_MAX = 100;
const RATE_MAX = 1_000_000;

/** The options of a key that is made at a time, epoch ms. @throws SetupFault */
export function keyOptions(settings: KeySettings, nowMs: number): KeyOptions {
  const { kind, placements, store, rate, expires } = settings;
  const given = { placements, store, rate, expires };
  for (const option of Object.keys(given) as KeyOption[]) {
    if (given[option] === undefined || takesOption(kind, option)) continue;
    throw new SetupFault(`a ${kind} key takes no --${option}`);
  }
  return {
    placements: placements === undefined ? null : namesIn(placements),
    storeId: store === undefined ? null : textOf(store, '--store'),
    ratePerSecond: rate === undefined ? null : rateOf(rate),
    expiresAtMs: expires === undefined ? null : nowMs + msOf(expires, '--expires'),
    retiresAtMs: null,
  };
}

/** The name of a key, however it was given. @throws SetupFault */
export function keyName(kind: KeyKind, positional?: string, option?: string): string {
  if (positional !== undefined && option !== undefined && positional !== option) {
    throw new SetupFault(`two names: ${positional} and --name ${option}`);
  }
  return textOf(positional ?? option ?? kind, 'the name');
}

/** A duration as catalogs write it, ms. @throws SetupFault */
export function msOf(text: string, what: string): number {
  const ms = DURATION_PATTERN.test(text) ? durationMs(text) : null;
  if (ms === null) throw new SetupFault(`${what} must be a duration like 90d, 24h or 1h30m`);
  return ms;
}

function namesIn(text: string): ReadonlySet<string> {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('') || names.length > PLACEMENTS_MAX) {
    throw new SetupFault('--placements must be names of placements with commas between: a,b');
  }
  return new Set(names);
}

function textOf(text: string, what: string): string {
  if (text.trim() === '' || text.length > TEXT_CHARS_MAX) {
    throw new SetupFault(`${what} must have 1 to ${TEXT_CHARS_MAX} characters`);
  }
  return text;
}

function rateOf(text: string): number {
  const rate = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && rate > 0 && rate <= RATE_MAX) return rate;
  throw new SetupFault(`--rate must be events a second, up to ${RATE_MAX}`);
}
