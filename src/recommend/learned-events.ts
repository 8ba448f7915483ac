// Events about items, and merges, as the learner reads them: from the ledger's records, and from history's
// rows.

import type { Interaction, Joining } from '../model/crowd/interaction.ts';
import {
  type InteractionRules,
  interactionKind,
  isInteraction,
} from '../model/crowd/interactions.ts';
import { ItemReader } from '../model/crowd/sightings.ts';
import type { JsonObject } from '../model/json.ts';
import { KnownMembers } from './known-members.ts';

/** A row of the table `events`, as far as it matters; or of `identity_changes`, then `event` is ''. */
export interface EventRow {
  readonly customer_id: string;
  readonly event: string;
  /** Event time, epoch ms: as the ledger has it, and as history is asked for it. */
  readonly timestamp?: number;
  readonly at_ms?: number | string;
  /** JSON text of what was sent; '' = it is in the columns. */
  readonly step_source?: string;
  readonly properties?: JsonObject;
  /** Who was folded into `customer_id`; '' = it is an event. */
  readonly from_id?: string;
  /** Of `customer_changes`: members by group, as in InteractionRules.groups; none = it is another row. */
  readonly members?: readonly string[];
  /** When it was received, whole days since 1970. */
  readonly day?: number | string;
}

/** A row of `customer_changes`, as the ledger has it. */
interface CustomerRow {
  readonly customer_id: string;
  readonly segments?: Readonly<Record<string, string>>;
}

/** A row of `identity_changes`, as the ledger has it. */
interface FoldRow {
  readonly customer_id: string;
  readonly from_id: string;
  readonly canonical_id: string;
  /** Of the first row of a fold alone, which is about the customer that was folded. */
  readonly from_records?: number;
}

const EVENT_LINE = '\ne{';
const FOLD_LINE = '\ni{';
const CUSTOMER_LINE = '\nc{';

export class LearnedEvents {
  private readonly items: ItemReader;
  private readonly members: KnownMembers;

  constructor(readonly rules: InteractionRules) {
    this.items = new ItemReader(rules);
    this.members = new KnownMembers(rules.groups);
  }

  /** Names of the events that are asked of history. */
  get names(): readonly string[] {
    return [...this.rules.weights.keys()];
  }

  /** Names of the segment groups whose members are asked of history. */
  get groups(): readonly string[] {
    return this.rules.groups.map(({ name }) => name);
  }

  /** What a record of the ledger tells of items; null = nothing. */
  ofRecord(text: string): Interaction | Joining | null {
    try {
      if (this.rules.groups.length > 0) this.noteMembers(text);
      const at = text.indexOf(EVENT_LINE);
      if (at >= 0) return this.ofRow(JSON.parse(lineAt(text, at)) as EventRow);
      const fold = text.indexOf(FOLD_LINE);
      return fold < 0 ? null : joiningOf(JSON.parse(lineAt(text, fold)) as FoldRow);
    } catch {
      return null;
    }
  }

  /** Of the customer's row, which says what holds after the event of the same record. */
  private noteMembers(text: string): void {
    const at = text.indexOf(CUSTOMER_LINE);
    if (at < 0) return;
    const { customer_id, segments } = JSON.parse(lineAt(text, at)) as CustomerRow;
    const members = this.rules.groups.map(({ name }) => segments?.[name] ?? '');
    this.members.note(customer_id, members);
  }

  ofRow(row: EventRow): Interaction | Joining | null {
    if (row.from_id) return { kind: 'join', from: row.from_id, into: row.customer_id };
    if (row.members !== undefined && row.members.length > 0) {
      this.members.note(row.customer_id, row.members);
      return null;
    }
    const { customer_id, event, timestamp, at_ms, step_source, properties } = row;
    if (!isInteraction(this.rules, event)) return null;
    const sent = step_source ? sentOf(step_source) : { properties: properties ?? {} };
    if (sent === null) return null;
    const { itemIds, sightings } = this.items.read({ ...EMPTY, ...sent });
    if (itemIds.length === 0) return null;
    const weight = this.rules.weights.get(event) ?? 0;
    const atMs = Number(timestamp ?? at_ms);
    const kind = interactionKind(event);
    const read = { customerId: customer_id, kind, itemIds, sightings, weight, atMs };
    const members = this.members.of(customer_id);
    return members === null ? read : { ...read, members };
  }
}

const EMPTY = { properties: {}, traits: {}, context: {} };

/** Of the record; `at` is the line's break before it. */
function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at + 1);
  return text.slice(at + 2, end < 0 ? text.length : end);
}

/** null = a merge that was taken back, a name that was lost: what was learned stays where it is. */
function joiningOf({ customer_id, from_id, canonical_id, from_records }: FoldRow): Joining | null {
  const isFold = canonical_id === customer_id && from_records !== undefined && from_records > 0;
  return isFold ? { kind: 'join', from: from_id, into: customer_id } : null;
}

function sentOf(text: string): Partial<typeof EMPTY> | null {
  try {
    return JSON.parse(text) as Partial<typeof EMPTY>;
  } catch {
    return null;
  }
}
