// Hot path. The first line of a ledger record.
//
//   2 1795411200000 3 -60000 7 12 9f3a6c…
//   │ │             │ │      │ │  └ content hash of the catalog
//   │ │             │ │      │ └ which record of its customer, from 1
//   │ │             │ │      └ publication number of the catalog
//   │ │             │ └ the clock it was stepped at, ms after it was received (an import's is before)
//   │ │             └ mode: 1 live + 2 deciding + 4 committed together with the record before it + 8 × the
//   │ │               number of its decisions, 31 where there are more
//   │ └ received at, epoch ms
//   └ format version
//
// Version 1, of rejections and of what was written before version 2, ends after the time. A reader
// takes what it knows and leaves more fields behind these alone: so a later version can add some.

import type { SteppedHow, Submission } from '../model/step.ts';
import { whole } from './column-values.ts';

export const LIVE = 1;
export const DECIDES = 2;
export const CONTINUES_RUN = 4;
const DECISIONS_SHIFT = 3;
const DECISIONS_MAX = 31;

/** How many decisions a record has, at least; 0 = none, or it is from before this was said. */
export function decisionsIn(mode: number): number {
  return mode >> DECISIONS_SHIFT;
}

/** How a record was stepped. */
export interface StepHead {
  readonly mode: number;
  /** Epoch ms. */
  readonly clockMs: number;
  readonly publication: number;
  readonly record: number;
  readonly catalog: string;
}

export interface RecordHead {
  /** Epoch ms. */
  readonly receivedAtMs: number;
  /** null = nothing was stepped, or it is not known how. */
  readonly step: StepHead | null;
}

/**
 * @param record which of its customer
 * @param decisions how many it has
 */
export function stepHead(
  submission: Submission,
  how: SteppedHow,
  record: number,
  decisions: number,
): string {
  const { receivedAtMs, nowMs, live, decide } = submission;
  const decided = Math.min(decisions, DECISIONS_MAX) << DECISIONS_SHIFT;
  const mode =
    (live ? LIVE : 0) | (decide ? DECIDES : 0) | (how.continuesRun ? CONTINUES_RUN : 0) | decided;
  const clock = whole(nowMs) - whole(receivedAtMs);
  return `2 ${whole(receivedAtMs)} ${mode} ${clock} ${how.publication} ${record} ${how.catalog}`;
}

/** Of a fold, which is decided by no catalog but needs one to say what features mean. */
export function foldHead(
  receivedAtMs: number,
  atMs: number,
  how: SteppedHow,
  record: number,
): string {
  const clock = whole(atMs) - whole(receivedAtMs);
  return `2 ${whole(receivedAtMs)} ${LIVE} ${clock} ${how.publication} ${record} ${how.catalog}`;
}

export function rejectionHead(receivedAtMs: number): string {
  return `1 ${whole(receivedAtMs)}`;
}

const WHOLE = /^-?\d{1,16}$/;
const HASH = /^\w+$/;

/** What a head says; null = it is none. */
export function readHead(line: string): RecordHead | null {
  const fields = line.split(' ');
  const [version, received, mode, clock, publication, record, catalog] = fields;
  if (received === undefined || !WHOLE.test(received)) return null;
  const receivedAtMs = Number(received);
  if (version === '1') return fields.length === 2 ? { receivedAtMs, step: null } : null;
  if (version !== '2' || fields.length < 7 || !HASH.test(catalog!)) return null;
  if (![mode, clock, publication, record].every((field) => WHOLE.test(field!))) return null;
  const step = {
    mode: Number(mode),
    clockMs: receivedAtMs + Number(clock),
    publication: Number(publication),
    record: Number(record),
    catalog: catalog!,
  };
  return { receivedAtMs, step };
}
