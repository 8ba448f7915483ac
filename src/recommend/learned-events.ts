// Events about items, as the learner reads them: from the ledger's records, and from history's rows.

import {
  type InteractionRules,
  interactionKind,
  isInteraction,
} from '../model/crowd/interactions.ts';
import { ItemReader } from '../model/crowd/sightings.ts';
import type { Interaction } from '../model/crowd/tracker.ts';
import type { JsonObject } from '../model/json.ts';

/** A row of the table `events`, as far as it matters. */
export interface EventRow {
  readonly customer_id: string;
  readonly event: string;
  /** Event time, epoch ms: as the ledger has it, and as history is asked for it. */
  readonly timestamp?: number;
  readonly at_ms?: number | string;
  /** JSON text of what was sent; '' = it is in the columns. */
  readonly step_source?: string;
  readonly properties?: JsonObject;
}

const EVENT_LINE = '\ne{';

export class LearnedEvents {
  private readonly items: ItemReader;

  constructor(readonly rules: InteractionRules) {
    this.items = new ItemReader(rules);
  }

  /** Names of the events that are asked of history. */
  get names(): readonly string[] {
    return [...this.rules.weights.keys()];
  }

  /** What a record of the ledger tells of items; null = nothing. */
  ofRecord(text: string): Interaction | null {
    const at = text.indexOf(EVENT_LINE);
    if (at < 0) return null;
    const end = text.indexOf('\n', at + 1);
    const line = text.slice(at + 2, end < 0 ? text.length : end);
    try {
      return this.ofRow(JSON.parse(line) as EventRow);
    } catch {
      return null;
    }
  }

  ofRow(row: EventRow): Interaction | null {
    const { customer_id, event, timestamp, at_ms, step_source, properties } = row;
    if (!isInteraction(this.rules, event)) return null;
    const sent = step_source ? sentOf(step_source) : { properties: properties ?? {} };
    if (sent === null) return null;
    const { itemIds, sightings } = this.items.read({ ...EMPTY, ...sent });
    if (itemIds.length === 0) return null;
    const weight = this.rules.weights.get(event) ?? 0;
    const atMs = Number(timestamp ?? at_ms);
    const kind = interactionKind(event);
    return { customerId: customer_id, kind, itemIds, sightings, weight, atMs };
  }
}

const EMPTY = { properties: {}, traits: {}, context: {} };

function sentOf(text: string): Partial<typeof EMPTY> | null {
  try {
    return JSON.parse(text) as Partial<typeof EMPTY>;
  } catch {
    return null;
  }
}
