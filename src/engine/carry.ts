// What happens to a state when the catalog has changed since it was last stepped. Nothing that a
// rollback could want is destroyed at once: features of definitions that the catalog lacks are
// carried along for 30 days from when that was noticed, caps and cooldowns for 30 days after their
// last use.

import { FeatureOverlay } from '../model/feature-overlay.ts';
import type { CapLog, CustomerState } from '../model/state.ts';
import { keptMs } from './cooldowns.ts';
import { lastOf } from './decide/caps.ts';
import type { Draft } from './draft.ts';
import { CARRIED_MS, ORPHANS_MAX } from './limits.ts';
import type { Program } from './program.ts';

/** Brings a draft under the program's publication and drops what was carried long enough. */
export function adopt(program: Program, state: CustomerState, draft: Draft, nowMs: number): void {
  if (state.publication !== program.publication) {
    draft.publication = Math.max(state.publication, program.publication);
    sweep(program, draft, nowMs);
  } else if (draft.orphans.size > 0) {
    dropOrphans(program, draft, nowMs);
  }
}

/** Notices what the program lacks, and drops what was carried long enough. */
export function sweep(program: Program, draft: Draft, nowMs: number): void {
  noticeOrphans(program, draft, nowMs);
  draft.caps = sweptCaps(program, draft.caps, nowMs);
  draft.cooldowns = sweptCooldowns(program, draft.cooldowns, nowMs);
  draft.contacts = sweptContacts(program, draft.contacts, nowMs);
  if (draft.orphans.size > 0) dropOrphans(program, draft, nowMs);
}

function noticeOrphans(program: Program, draft: Draft, nowMs: number): void {
  const orphans = new Map<string, number>();
  for (const [id, sinceMs] of draft.orphans) {
    if (!program.featureIds.has(id) && draft.features.has(id)) orphans.set(id, sinceMs);
  }
  for (const id of draft.features.keys()) {
    if (!program.featureIds.has(id) && !orphans.has(id)) orphans.set(id, nowMs);
  }
  draft.orphans = orphans;
}

/** Orphans are in the order they were noticed, so the first tells whether any is due. */
function dropOrphans(program: Program, draft: Draft, nowMs: number): void {
  const { counters } = program;
  let orphans: Map<string, number> | null = null;
  let features: FeatureOverlay | null = null;
  let left = draft.orphans.size;
  for (const [id, sinceMs] of draft.orphans) {
    if (nowMs - sinceMs < CARRIED_MS && left <= ORPHANS_MAX) break;
    orphans ??= new Map(draft.orphans);
    features ??= FeatureOverlay.over(draft.features);
    orphans.delete(id);
    features.delete(id);
    left--;
    counters.orphansDropped++;
  }
  if (orphans === null || features === null) return;
  draft.orphans = orphans;
  draft.features = features;
}

function sweptCaps(program: Program, caps: ReadonlyMap<string, CapLog>, nowMs: number) {
  return filtered(caps, (log, key) => {
    const spec = program.capSpecs.get(key);
    const usedMs = spec === undefined ? CARRIED_MS : (spec.windowMs ?? Number.POSITIVE_INFINITY);
    return lastOf(log.timesMs) > nowMs - usedMs;
  });
}

function sweptCooldowns(program: Program, cooldowns: ReadonlyMap<string, number>, nowMs: number) {
  return filtered(cooldowns, (firedAtMs, key) => nowMs - firedAtMs < keptMs(program, key));
}

function sweptContacts(
  program: Program,
  contacts: ReadonlyMap<string, readonly number[]>,
  nowMs: number,
) {
  return filtered(
    contacts,
    (timesMs, channel) => program.contactSpecs.has(channel) || lastOf(timesMs) > nowMs - CARRIED_MS,
  );
}

/** The same map when nothing leaves. */
function filtered<T>(
  map: ReadonlyMap<string, T>,
  keeps: (value: T, key: string) => boolean,
): ReadonlyMap<string, T> {
  let next: Map<string, T> | null = null;
  for (const [key, value] of map) {
    if (keeps(value, key)) continue;
    next ??= new Map(map);
    next.delete(key);
  }
  return next ?? map;
}
