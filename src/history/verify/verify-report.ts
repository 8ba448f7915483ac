import type { Difference } from './difference.ts';
import type { VerifyReport } from './verify.ts';

const SPOOLED_LINES_MAX = 100;
const NOT_CAUGHT_UP =
  'history did not catch up within the wait (--wait): is a worker running, and what does its log say?';
/** Also of a run that finds everything well: what is gone from both sides leaves nothing to compare. */
const NOT_KNOWN =
  'cannot be known from here: events that Redis acknowledged and lost before history had them';

/** A report as `proffer verify` prints it: what agrees, what could not be told, what differs. */
export function printReport(report: VerifyReport): string {
  const rows = Object.entries(report.rows)
    .filter(([, count]) => count > 0)
    .map(([table, count]) => `${table} ${count}`);
  const of = report.seed === null ? '' : ` of ${report.partitionsTotal} (seed ${report.seed})`;
  const lines = [
    `${report.ok ? 'ok' : 'NOT OK'}: ${report.records} ledger records in ${report.partitions} partitions` +
      `${of}, ${report.pending} not yet in history, ${report.compared} compared row by row` +
      `, ${report.customers} customer states compared` +
      (report.budgets === 0 ? '' : `, ${report.budgets} limits of budgets`) +
      (report.deliveries === 0 ? '' : `, ${report.deliveries} deliveries`),
    `rows: ${rows.length === 0 ? 'none' : rows.join(', ')}; refused by a table: ${report.refused}`,
    ...notCompared(report),
    ...(report.pending > 0 ? [NOT_CAUGHT_UP] : []),
    NOT_KNOWN,
    ...report.inSpools
      .slice(0, SPOOLED_LINES_MAX)
      .map(
        ({ partition, first, last, owner }) =>
          `spooled: records ${first}-${last} of partition ${partition}, in spool ${owner}`,
      ),
    ...report.differences.map(lineOf),
  ];
  const shown = report.differences.length;
  if (shown > 0) lines.push(`${report.differenceCount} records, rows or customers differ`);
  return `${lines.join('\n')}\n`;
}

function notCompared(report: VerifyReport): string[] {
  const parts: string[] = [];
  if (report.trimmed > 0) parts.push(`${report.trimmed} by id only (the ledger let go of them)`);
  if (report.spooled > 0) parts.push(`${report.spooled} in spool files, not in history yet`);
  if (report.unsettled > 0)
    parts.push(`${report.unsettled} customers whose events are on their way`);
  if (report.forgotten > 0)
    parts.push(`${report.forgotten} customers before a pause after which Redis forgot them`);
  const lines = parts.length === 0 ? [] : [`not compared: ${parts.join('; ')}`];
  if (report.resumedFromMs !== null) {
    lines.push(`resumed: begun at ${new Date(report.resumedFromMs).toISOString()}`);
  }
  return lines;
}

/** A difference in one line. */
export function lineOf(difference: Difference): string {
  if (difference.kind === 'customer') {
    const { customerId, state, history, partition } = difference;
    const counts =
      state === null ? 'the state cannot be read' : `the state counts ${state} records`;
    return `customer ${JSON.stringify(customerId)} of partition ${partition}: ${counts}, history has ${history}`;
  }
  if (difference.kind === 'timer') {
    const { customerId, partition } = difference;
    return (
      `timers of customer ${JSON.stringify(customerId)} of partition ${partition}: something is due, ` +
      'and the index does not say so'
    );
  }
  if (difference.kind === 'torn') {
    const { partition, written, marked } = difference;
    return (
      `torn: partition ${partition} counts ${written} records, and ${marked} are marked: a part of its ` +
      'keys was lost; see "A torn partition" in docs/operations.md'
    );
  }
  if (difference.kind === 'budget') {
    const { field, used, history, partition } = difference;
    return `budget ${field} of partition ${partition}: ${used} are counted as used, history has ${history}`;
  }
  if (difference.kind === 'delivery') return deliveryLine(difference);
  const { first, last, partition } = difference;
  const records = first === last ? `record ${first}` : `records ${first}-${last}`;
  const where = `${records} of partition ${partition}`;
  switch (difference.kind) {
    case 'missing_record':
      return `missing in history: ${where}`;
    case 'surplus_record':
      return `never written: ${where}`;
    case 'ledger_gap':
      return `missing in the ledger: ${where}`;
    case 'missing_row':
    case 'surplus_row':
    case 'duplicate_row': {
      const what = difference.kind.replace('_', ' ');
      return `${what}${difference.rows === 1 ? '' : 's'}: ${difference.rows} in ${difference.table}, ${where}`;
    }
  }
}

function deliveryLine({
  deliveryId,
  partition,
  what,
}: Extract<Difference, { kind: 'delivery' }>): string {
  const which = `delivery ${deliveryId} of partition ${partition}`;
  if (what === 'lost') return `${which}: it is not in the outbox, and history has no end of it`;
  if (what === 'again') return `${which}: history has its end, and the outbox has it still`;
  return `${which}: history has more than one end of it`;
}
