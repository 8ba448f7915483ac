// CATALOG.md's "Triggers" and "Deciding" a second time, read straight from the catalog and as simple
// as can be: everything that happened is in lists, and every question looks through all of them.

import { murmur3 } from '../../../src/model/hash.ts';
import { type Plan, type PlannedOffer, SPANS } from './random-plan.ts';

/** A decision as far as the reference tells it. */
export interface Expected {
  readonly placement: string;
  trigger: string | null;
  fallback: boolean;
  holdout: boolean;
  offers: string[];
  /** `offer stage reason`, sorted; the fallback only where it was used. */
  candidates: string[];
}

interface Firing {
  readonly trigger: string;
  readonly offers: readonly string[] | null;
}

const SHANGHAI_MS = 8 * 3_600_000;

export class ReferenceDecider {
  readonly traits = new Map<string, unknown>();
  readonly consent: Map<string, boolean>;
  private readonly cooldowns = new Map<string, number>();
  private readonly counted: { offer: string; kind: string; atMs: number }[] = [];
  private readonly contacts: { channel: string; atMs: number }[] = [];

  constructor(
    private readonly plan: Plan,
    private readonly id: string,
  ) {
    const defaults = Object.entries(plan.consent);
    this.consent = new Map(defaults.map(([name, { default: said }]) => [name, said === 'granted']));
  }

  event(name: string, per: unknown, nowMs: number): Expected[] {
    const asks = new Map<string, Firing[]>();
    for (const [trigger, planned] of Object.entries(this.plan.triggers)) {
      if (!planned.on.includes(name) || (planned.per !== undefined && per === undefined)) continue;
      const key = planned.per === undefined ? trigger : `${trigger} ${per}`;
      const lastMs = this.cooldowns.get(key);
      const cooldownMs = planned.cooldown === undefined ? 0 : SPANS[planned.cooldown]!;
      if (lastMs !== undefined && nowMs - lastMs < cooldownMs) continue;
      if (!this.holds(planned.when)) continue;
      this.cooldowns.set(key, nowMs);
      const offers = planned.offers?.flatMap((offer) => this.named(offer)) ?? null;
      for (const placement of planned.decide) {
        asks.set(placement, [...(asks.get(placement) ?? []), { trigger, offers }]);
      }
    }
    return [...asks].map(([placement, firings]) => this.decide(placement, firings, null, nowMs));
  }

  /** @param firings none for a request, which may have any offer. */
  decide(
    placement: string,
    firings: readonly Firing[],
    limit: number | null,
    nowMs: number,
  ): Expected {
    const planned = this.plan.placements[placement]!;
    const allows = (firing: Firing, offer: string) => firing.offers?.includes(offer) ?? true;
    const candidates = Object.entries(this.plan.offers).filter(
      ([offer, { treatments }]) =>
        offer !== planned.fallback &&
        placement in treatments &&
        (firings.length === 0 || firings.some((firing) => allows(firing, offer))),
    );
    const out: Expected = {
      placement,
      trigger: firings[0]?.trigger ?? null,
      fallback: false,
      holdout: false,
      offers: [],
      candidates: [],
    };
    const end = (offer: string, fate: string) => out.candidates.push(`${offer} ${fate}`);
    const consented = planned.consent === undefined || this.consent.get(planned.consent);
    if (!consented || !this.holds(planned.when)) {
      const reason = consented ? 'placement_closed' : 'no_consent';
      for (const [offer] of candidates) end(offer, `placement ${reason}`);
      out.candidates.sort();
      return out;
    }
    const contactable = this.mayContact(planned.channel, nowMs);
    const survivors: { offer: string; score: number }[] = [];
    for (const [offer, details] of candidates) {
      const score = this.scoreOf(details);
      const refused = this.refusal(offer, details, contactable, score, nowMs);
      if (refused === null) survivors.push({ offer, score });
      else end(offer, refused);
    }
    const hash = (offer: string) => murmur3(`${this.id}:${offer}`);
    survivors.sort((a, b) => b.score - a.score || hash(a.offer) - hash(b.offer));
    const share = Math.round(Number.parseFloat(planned.holdout ?? '0') * 100);
    const held = murmur3(`holdout:${placement}:${this.id}`) % 10_000 < share;
    const most = Math.min(limit ?? planned.limit, planned.limit);
    survivors.forEach(({ offer }, i) => {
      end(offer, i >= most ? 'limit outranked' : held ? 'holdout holdout' : 'limit chosen');
      if (i < most && !held) out.offers.push(offer);
    });
    const winner = survivors[0]?.offer;
    if (winner !== undefined) {
      out.holdout = held;
      out.trigger = firings.find((firing) => allows(firing, winner))?.trigger ?? null;
    }
    for (const offer of out.offers) this.count(offer, 'decision', nowMs);
    if (out.offers.length === 0 && planned.fallback !== undefined && contactable) {
      out.fallback = true;
      out.offers.push(planned.fallback);
      end(planned.fallback, 'limit fallback');
    }
    if (out.offers.length > 0) this.contacts.push({ channel: planned.channel, atMs: nowMs });
    out.candidates.sort();
    return out;
  }

  /** A reported outcome that was not reported before. */
  count(offer: string, kind: string, atMs: number): void {
    this.counted.push({ offer, kind, atMs });
  }

  private refusal(
    offer: string,
    details: PlannedOffer,
    contactable: boolean,
    score: number,
    nowMs: number,
  ): string | null {
    const { starts, ends, caps } = details;
    if (starts !== undefined && nowMs < midnightMs(starts)) return 'dates not_started';
    if (ends !== undefined && nowMs >= midnightMs(ends)) return 'dates ended';
    if (!this.holds(details.eligibility)) return 'eligibility ineligible';
    if (!this.holds(details.applicability)) return 'applicability not_applicable';
    if (!this.holds(details.suitability)) return 'suitability unsuitable';
    const capped = caps.some(({ max, window, of = 'decision' }) => {
      const same = this.counted.filter((one) => one.offer === offer && one.kind === of);
      return same.filter((one) => within(one.atMs, window, nowMs)).length >= max;
    });
    if (capped) return 'caps capped';
    if (!contactable) return 'contact_policy contact_policy';
    return score >= 0 ? null : 'arbitration score_unknown';
  }

  private mayContact(channel: string, nowMs: number): boolean {
    return !this.plan.contact_policy.some(({ max, window, channels, when }) => {
      if (!channels.includes(channel) || !this.holds(when)) return false;
      const same = this.contacts.filter((one) => channels.includes(one.channel));
      return same.filter((one) => within(one.atMs, window, nowMs)).length >= max;
    });
  }

  private scoreOf({ propensity, value }: PlannedOffer): number {
    const factor = value === 'traits.score' ? (this.traits.get('score') ?? Number.NaN) : value;
    return propensity * (factor as number);
  }

  /** The plan's conditions all are `or(traits.<name>, false)`. */
  private holds(condition: string | undefined): boolean {
    if (condition === undefined) return true;
    return this.traits.get(/traits\.(\w+)/.exec(condition)![1]!) === true;
  }

  private named(offer: string): string[] {
    if (!offer.startsWith('#')) return [offer];
    const all = Object.entries(this.plan.offers);
    return all.filter(([, { tags }]) => tags.includes(offer.slice(1))).map(([name]) => name);
  }
}

function within(atMs: number, window: string | undefined, nowMs: number): boolean {
  return window === undefined || atMs > nowMs - SPANS[window]!;
}

function midnightMs(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) - SHANGHAI_MS;
}
