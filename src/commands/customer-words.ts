// A customer for people to read, made of what `GET /v1/customers/{id}?offers=true` says.

import type { WholeView } from '../engine/whole-view.ts';

/** The answer, as far as it is read here. */
export interface ShownCustomer extends WholeView {
  readonly lastEvents:
    | readonly {
        readonly at: string | null;
        readonly event: string;
        readonly label: string | null;
        readonly properties: object | null;
      }[]
    | null;
  readonly offersNow?: readonly {
    readonly placement: string;
    readonly decision: {
      readonly fallback: boolean;
      readonly holdout: boolean;
      readonly offers: readonly { readonly offerId: string }[];
      readonly candidates: readonly {
        readonly offerId: string;
        readonly reason: string;
        readonly clause?: string | null;
      }[];
    };
  }[];
  readonly placementsLeftOut?: number;
}

/** Of one line, however long what came with events is. */
const LINE_CHARS_MAX = 500;
/** Offers of one placement of which it is said why they are not offered. */
const REASONS_MAX = 10;

/** Its sections, each under its name. */
export function customerWords(customer: ShownCustomer): string {
  const { aliases, merged, traits, described, lastEvents, offersNow } = customer;
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['also known as', aliases],
    ['was before', merged.map(({ from, at, mergeId }) => `${from}, until ${at} (${mergeId})`)],
    ['traits', Object.entries(traits).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)],
    ['segments', segmentsOf(customer)],
    ['consent', consentOf(customer)],
    ['features', Object.values(described)],
    ['time will bring', customer.timers.map(timerOf)],
    ['waits to be asked for', customer.waiting.map(waitingOf)],
    ['did last', lastEvents === null ? ['history does not answer'] : lastEvents.map(eventOf)],
    ['was offered', customer.recentDecisions.map(decisionOf)],
    ['would be offered now', offersNow === undefined ? [] : offersOf(customer)],
  ];
  const shown = sections.filter(([, lines]) => lines.length > 0);
  const texts = shown.map(([name, lines]) =>
    [name, ...lines.map((line) => `  ${readable(line)}`)].join('\n'),
  );
  return [readable(customer.customerId), ...texts].join('\n\n');
}

/** What events brought neither moves a terminal's cursor nor fills its screen. */
function readable(line: string): string {
  const seen = line.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, ' ');
  return seen.length > LINE_CHARS_MAX ? `${seen.slice(0, LINE_CHARS_MAX)}…` : seen;
}

function segmentsOf({ segments }: ShownCustomer): readonly string[] {
  return Object.entries(segments).flatMap(([name, value]) => {
    if (value === false || value === null) return [];
    return value === true ? [name] : [`${name}: ${value}`];
  });
}

function consentOf({ consent, consentStated }: ShownCustomer): readonly string[] {
  return Object.entries(consent).map(([purpose, granted]) => {
    const stated = consentStated[purpose];
    const when = stated === undefined ? 'by default' : `since ${stated.at}`;
    return `${purpose}: ${granted ? 'granted' : 'denied'} ${when}`;
  });
}

function eventOf({ at, event, label, properties }: (ShownCustomer['lastEvents'] & {})[number]) {
  const name = label === null ? event : `${event} ${label}`;
  return `${at}  ${name}  ${properties === null ? '…' : JSON.stringify(properties)}`;
}

function timerOf({ trigger, key, dueAt }: WholeView['timers'][number]) {
  return `${dueAt}  ${ofKey(trigger, key)}`;
}

function waitingOf({ placement, trigger, key, firedAt, until }: WholeView['waiting'][number]) {
  return `${placement}: ${ofKey(trigger, key)}, fired ${firedAt}, until ${until}`;
}

function ofKey(trigger: string, key: string | null): string {
  return key === null ? trigger : `${trigger} of ${key}`;
}

function decisionOf({ decidedAt, placement, offers }: WholeView['recentDecisions'][number]) {
  const said = offers.map(({ offerId, outcomes }) =>
    outcomes.length === 0 ? `${offerId} (no answer)` : `${offerId} (${outcomes.join(', ')})`,
  );
  return `${decidedAt}  ${placement}: ${said.join(', ')}`;
}

function offersOf({ offersNow = [], placementsLeftOut = 0 }: ShownCustomer): readonly string[] {
  const lines = offersNow.flatMap(({ placement, decision }) => {
    const { offers, fallback, holdout, candidates } = decision;
    const why = [...(fallback ? ['fallback'] : []), ...(holdout ? ['held out'] : [])];
    const chosen = offers.map(({ offerId }) => offerId).join(', ') || 'nothing';
    const others = candidates.filter(({ reason }) => reason !== 'chosen' && reason !== 'fallback');
    const more = others.length - REASONS_MAX;
    return [
      `${placement}: ${chosen}${why.length === 0 ? '' : ` (${why.join(', ')})`}`,
      ...others.slice(0, REASONS_MAX).map(({ offerId, reason, clause }) => {
        return `  not ${offerId}: ${reason}${clause == null ? '' : `, ${clause}`}`;
      }),
      ...(more > 0 ? [`  nor ${more} others`] : []),
    ];
  });
  return placementsLeftOut === 0 ? lines : [...lines, `and ${placementsLeftOut} more placements`];
}
