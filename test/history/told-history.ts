// History as a test tells it: events, decisions and outcomes in a few words each, written as the
// worker writes them (records to blocks, blocks to the engine), with a ledger id each in this order.

import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { Blocks } from '../../src/ledger/ledger-rows.ts';
import { writeRecommendation } from '../../src/ledger/recommendation-record.ts';
import type { Model } from '../../src/model/recommending.ts';

export interface ToldDecision {
  readonly id: string;
  readonly customer: string;
  readonly at: string;
  readonly placement: string;
  readonly offers: readonly string[];
  readonly fallback?: boolean;
  readonly holdout?: boolean;
  /** What it took of budgets: offer → what it spent, of a budget with money or of one without (0). */
  readonly grants?: Readonly<Record<string, string>>;
  /** Offers that lost, with the reason. */
  readonly lost?: Readonly<Record<string, string>>;
}

export interface ToldList {
  readonly id: string;
  readonly customer: string;
  readonly at: string;
  readonly recommender: string;
  readonly placement?: string;
  readonly seeds?: readonly string[];
  /** In order: item, and which model it is from. */
  readonly items: readonly (readonly [itemId: string, source: Model])[];
}

export class ToldHistory {
  private readonly blocks = new Blocks();
  private ledgerId = 0;

  /** @param at ISO, UTC; @param properties JSON text, or what becomes it */
  event(customer: string, at: string, event: string, properties: object | string = {}): this {
    const json = typeof properties === 'string' ? properties : JSON.stringify(properties);
    const head = JSON.stringify({
      ...{ message_id: `m${this.ledgerId + 1}`, customer_id: customer, user_id: customer },
      ...{ type: event.startsWith('$') ? event.slice(1) : 'track', event },
      timestamp: Date.parse(at),
    });
    return this.row('e', at, `${head.slice(0, -1)},"properties":${json}}`);
  }

  decision(told: ToldDecision): this {
    const lost = Object.entries(told.lost ?? {});
    const grants = Object.entries(told.grants ?? {});
    return this.row('d', told.at, {
      ...{ decision_id: told.id, customer_id: told.customer, message_id: `m-${told.id}` },
      ...{ placement: told.placement, catalog: 'c0ffee', offer_ids: told.offers },
      ...{ fallback: told.fallback ?? false, holdout: told.holdout ?? false },
      decided_at: Date.parse(told.at),
      logging_propensity: 1,
      // Where there are none the columns are not written: history may be older than they are.
      ...(grants.length > 0 && {
        'grants.offer_id': grants.map(([offer]) => offer),
        'grants.day': grants.map(() => told.at.slice(0, 10)),
        'grants.spent': grants.map(([, spent]) => spent),
        'grants.counted': grants.map(([, spent]) => (spent === '0.00' ? 'gd' : 'gdm')),
      }),
      'candidates.offer_id': [...told.offers, ...lost.map(([offer]) => offer)],
      'candidates.stage': [...told.offers.map(() => 'limit'), ...lost.map(() => 'eligibility')],
      'candidates.reason': [...told.offers.map(() => 'chosen'), ...lost.map(([, why]) => why)],
      'candidates.score': [...told.offers, ...lost].map(() => null),
      'candidates.propensity': [...told.offers, ...lost].map(() => null),
      'candidates.value': [...told.offers, ...lost].map(() => null),
      'candidates.context': [...told.offers, ...lost].map(() => null),
      'candidates.lever': [...told.offers, ...lost].map(() => null),
    });
  }

  outcome(decision: string, customer: string, offer: string, at: string, outcome: string): this {
    return this.row('o', at, {
      ...{ message_id: `m${this.ledgerId + 1}`, decision_id: decision, customer_id: customer },
      ...{ offer_id: offer, outcome, timestamp: Date.parse(at) },
    });
  }

  customer(customer: string, at: string, traits: object, segments: object): this {
    const updated = Date.parse(at);
    return this.row('c', at, { customer_id: customer, traits, segments, updated_at: updated });
  }

  list({ id, customer, at, recommender, placement, seeds, items }: ToldList): this {
    const told = items.map(([itemId, source], i) => ({
      ...{ itemId, source, score: 1 / (i + 1), sources: [], item: null },
    }));
    const record = writeRecommendation(customer, {
      ...{ recommendationId: id, recommender, placement: placement ?? null },
      ...{ seeds: seeds ?? [], items: told, removed: [] },
      ...{ modelVersion: '1-7', recommendedAtMs: Date.parse(at) },
    });
    this.blocks.addRecord(1, ++this.ledgerId, record, 0);
    return this;
  }

  /** A row of any table, by its tag in records. */
  row(tag: string, at: string, row: object | string): this {
    const json = typeof row === 'string' ? row : JSON.stringify(row);
    this.blocks.addRecord(1, ++this.ledgerId, `1 ${Date.parse(at)}\n${tag}${json}`, 0);
    return this;
  }

  /** @param name another for each history of one sink. @throws Error when the engine refuses a block */
  async writeTo(sink: HistorySink, name = 'told'): Promise<void> {
    for (const { table, month, rows } of this.blocks.all()) {
      const outcome = await sink.insert({ table, rows, queryId: `${name}-${table}-${month}` });
      if (outcome.kind !== 'inserted') throw new Error(JSON.stringify(outcome));
    }
  }
}
