// Hot path. The rows of the decisions of one record, and of a question what it asked.

import { countedBy, dateText, decimalOf } from '../model/budget.ts';
import { type Decision, shownItems } from '../model/decision.ts';
import type { DecideRequest, Stimulus } from '../model/event.ts';
import { columnString } from '../model/json-hazards.ts';
import { candidateColumns } from './candidate-columns.ts';
import { columnTime, finite, objectPart, whole } from './column-values.ts';
import { writeList } from './list-source.ts';
import { recommendationLine } from './recommendation-record.ts';
import { sentText } from './sent-text.ts';

/**
 * Lines with a row for each decision, and for each list in one.
 * @param who the columns that say whose they are, and of which message
 */
export function decisionRows(
  customerId: string,
  who: string,
  decisions: readonly Decision[],
  stimulus: Stimulus,
): string {
  let text = '';
  if (stimulus.kind !== 'decide') {
    for (let i = 0; i < decisions.length; i++) {
      text += `\nd${decisionRow(who, decisions[i]!, '')}${listRow(customerId, decisions[i]!)}`;
    }
    return text;
  }
  // Its record would have no row, and no ledger id may be without one.
  if (decisions.length === 0) throw new Error('a question asks for one placement at least');
  const asked = askedColumns(stimulus.request);
  const source = `${asked},"step_source":${columnString(questionSource(stimulus.request))}`;
  for (let i = 0; i < decisions.length; i++) {
    const row = decisionRow(who, decisions[i]!, i === 0 ? source : asked);
    text += `\nd${row}${listRow(customerId, decisions[i]!)}`;
  }
  return text;
}

function askedColumns({ placements, limit }: DecideRequest): string {
  const names = placements.map(columnString).join(',');
  return `,"asked":[${names}]${limit === null ? '' : `,"asked_limit":${limit}`}`;
}

/** What the other columns lack to ask it again. */
function questionSource({ userId, anonymousId, context }: DecideRequest): string {
  return sentText({ userId, anonymousId, context });
}

function decisionRow(who: string, decision: Decision, asked: string): string {
  return (
    `{"decision_id":${columnString(decision.decisionId)},${who}` +
    `,"placement":${columnString(decision.placement)}` +
    (decision.trigger === null ? '' : `,"trigger":${columnString(decision.trigger)}`) +
    `,"catalog":${columnString(decision.catalog)}` +
    `,"fallback":${decision.fallback},"holdout":${decision.holdout}${offerColumns(decision)}${listColumns(decision)}${grantColumns(decision)}` +
    `,"decided_at":${whole(decision.decidedAtMs)}` +
    `,"logging_propensity":${finite(decision.loggingPropensity)}` +
    candidateColumns(decision.placement, decision.candidates) +
    `${objectPart('inputs', decision.inputs.context)}${decision.waiting ? ',"waiting":true' : ''}${deliveryColumns(decision)}${asked}}`
  );
}

function deliveryColumns({ delivery }: Decision): string {
  if (delivery === null) return '';
  const { deliveryId, channel } = delivery;
  return `,"delivery_id":${columnString(deliveryId)},"delivery_channel":${columnString(channel)}`;
}

/** The offers as they were given. Treatments are JSON text: each offer has fields of its own. */
function offerColumns({ offers }: Decision): string {
  if (offers.length === 0) return '';
  let ids = '';
  let treatments = '';
  let expiries = '';
  for (let i = 0; i < offers.length; i++) {
    const { offerId, treatment, expiresAtMs } = offers[i]!;
    const comma = i === 0 ? '' : ',';
    ids += comma + columnString(offerId);
    treatments += comma + columnString(JSON.stringify(treatment));
    expiries += comma + (expiresAtMs === null ? 'null' : columnTime(expiresAtMs));
  }
  return `,"offer_ids":[${ids}],"treatments":[${treatments}],"expires_at":[${expiries}]`;
}

/** The list as it was made, and what was shown of it. */
function listColumns(decision: Decision): string {
  const { list } = decision;
  if (list === null || list.made === null) return '';
  const ids = shownItems(decision).map(({ itemId }) => columnString(itemId));
  return `,"item_ids":[${ids.join(',')}],"list_source":${columnString(writeList(list))}`;
}

/** A list that was shown, beside those that were asked for by themselves. */
function listRow(customerId: string, decision: Decision): string {
  const made = decision.list?.made ?? null;
  return made === null || shownItems(decision).length === 0
    ? ''
    : `\n${recommendationLine(customerId, made)}`;
}

/** What it took of budgets; money as the text of a decimal, to the last digit. */
function grantColumns({ grants }: Decision): string {
  if (grants.length === 0) return '';
  const ids = grants.map(({ offer }) => columnString(offer)).join(',');
  const days = grants.map(({ day }) => `"${dateText(day)}"`).join(',');
  const spent = grants.map(({ cents }) => `"${decimalOf(cents)}"`).join(',');
  const counted = grants.map(({ limits }) => `"${countedBy(limits)}"`).join(',');
  return (
    `,"grants.offer_id":[${ids}],"grants.day":[${days}],"grants.spent":[${spent}]` +
    `,"grants.counted":[${counted}]`
  );
}
