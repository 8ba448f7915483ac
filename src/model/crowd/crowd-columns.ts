// What is held of the crowd, for those who fill it and those who copy it.

import { BASKET_PARTNERS_MAX, SIMILAR_PARTNERS_MAX } from './crowd.ts';
import { NumberColumn } from './number-column.ts';
import { PartnerTable } from './partner-table.ts';
import { RecentCounts } from './recent-counts.ts';
import { SessionTable } from './session-table.ts';

export interface CrowdColumns {
  readonly basketsWith: NumberColumn;
  readonly boughtWith: PartnerTable;
  readonly followed: NumberColumn;
  readonly boughtAfter: PartnerTable;
  /** Interest in both, in 1/WEIGHT_UNIT, and customers with both. */
  readonly shared: PartnerTable;
  /** In 1/WEIGHT_UNIT. */
  readonly interest: NumberColumn;
  /** Σ weight of interactions, in 1/WEIGHT_UNIT. */
  readonly weights: NumberColumn;
  /** The same of members of segment groups alone, by memberKey. */
  readonly byMember: Map<string, NumberColumn>;
  readonly recent: RecentCounts;
  readonly sessions: SessionTable;
}

/** Makes it where nothing was said yet. */
export function memberColumn({ byMember }: CrowdColumns, member: string): NumberColumn {
  let column = byMember.get(member);
  if (column === undefined) {
    column = new NumberColumn();
    byMember.set(member, column);
  }
  return column;
}

export function emptyColumns(): CrowdColumns {
  return {
    basketsWith: new NumberColumn(),
    boughtWith: new PartnerTable(BASKET_PARTNERS_MAX),
    followed: new NumberColumn(),
    boughtAfter: new PartnerTable(BASKET_PARTNERS_MAX),
    shared: new PartnerTable(SIMILAR_PARTNERS_MAX, true),
    interest: new NumberColumn(),
    weights: new NumberColumn(),
    byMember: new Map(),
    recent: new RecentCounts(),
    sessions: new SessionTable(),
  };
}
