// Where an offer's way to a placement ended, and why, as a line for the author of a test.

import type { Catalog } from '../model/catalog.ts';
import { type Candidate, type Decision, REASONS } from '../model/decision.ts';
import { blameText } from './blame-text.ts';

/** Those that beat an offer, told by name. */
const RIVALS_MAX = 5;

/**
 * @param fired triggers that fired with the decision, by name; those that ask for other placements,
 *   too
 */
export function endOf(
  offer: string,
  decision: Decision,
  fired: readonly string[],
  catalog: Catalog,
): string {
  const candidate = decision.candidates.find(({ offerId }) => offerId === offer);
  if (candidate === undefined)
    return `${offer}: ${whyNoCandidate(offer, decision, fired, catalog)}`;
  return `${offer}: ${endText(candidate, decision, catalog)}`;
}

function endText(candidate: Candidate, decision: Decision, catalog: Catalog): string {
  const { stage, reason, terms, clause = null, unknown = [] } = candidate;
  const meaning = REASONS[reason][1];
  const blame = blameText({ clause, unknown });
  switch (reason) {
    case 'chosen':
      return `chosen, with a score of ${scoreText(candidate)}`;
    case 'fallback':
      return `the fallback: ${meaning.replace(', and it is the placement’s fallback', '')}`;
    case 'outranked':
      return `${stage}: outranked, with a score of ${scoreText(candidate)} after ${rivals(candidate, decision)}`;
    case 'holdout':
      return `${stage}: ${meaning}; its score is ${scoreText(candidate)}`;
    case 'no_consent': {
      const purpose = catalog.placements.get(decision.placement)?.consent ?? '';
      return `${stage}: ${meaning} (${purpose})`;
    }
    case 'score_unknown': {
      const each = Object.entries(terms ?? {}).map(
        ([name, term]) => `${name} ${term ?? 'unknown'}`,
      );
      return `${stage}: ${meaning} (${each.join(', ')})${blame}`;
    }
    case 'budget_exhausted':
      return `${stage}: ${tooDear(clause) ?? `${meaning}${blame}`}`;
    default:
      return `${stage}: ${meaning}${blame}`;
  }
}

/** `a (12), b (9)`: what was chosen in its place. */
function rivals(outranked: Candidate, { candidates }: Decision): string {
  const ahead = candidates.filter(({ reason }) => reason === 'chosen' || reason === 'holdout');
  const told = ahead
    .slice(0, RIVALS_MAX)
    .map((rival) => `${rival.offerId} (${scoreText(rival)}${tied(rival, outranked)})`);
  const more = ahead.length - told.length;
  return `${told.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function tied(rival: Candidate, outranked: Candidate): string {
  return rival.score === outranked.score ? ', a tie that the customer’s id decides' : '';
}

/** That all money of a budget is less than one costs: then nothing was spent; null for another limit. */
function tooDear(clause: string | null): string | null {
  const [, money, each] = /^money: (\S+) \(each (\S+)\)$/.exec(clause ?? '') ?? [];
  if (!(Number(each) > Number(money))) return null;
  return `one costs ${each}, and the budget has ${money}`;
}

function scoreText({ score }: Candidate): string {
  return score === null ? 'unknown' : String(Number(score.toPrecision(6)));
}

function whyNoCandidate(
  offer: string,
  { placement }: Decision,
  fired: readonly string[],
  catalog: Catalog,
): string {
  const definition = catalog.offers.find(({ name }) => name === offer);
  if (!definition?.treatments.has(placement)) return `has no treatment for ${placement}`;
  if (catalog.placements.get(placement)?.fallback === offer) {
    return `is the fallback of ${placement}, which comes only where nothing else is chosen`;
  }
  const asking = catalog.triggers
    .filter(({ name, decide }) => fired.includes(name) && decide.includes(placement))
    .map(({ name }) => name);
  return `is not among the \`offers\` of ${asking.join(', ')}`;
}
