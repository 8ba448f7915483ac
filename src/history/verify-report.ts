import type { Difference, VerifyReport } from './verify.ts';

/** A report as `proffer verify` prints it: one line of what agrees, one per difference. */
export function printReport(report: VerifyReport): string {
  const rows = Object.entries(report.rows)
    .filter(([, count]) => count > 0)
    .map(([table, count]) => `${table} ${count}`);
  const lines = [
    `${report.ok ? 'ok' : 'NOT OK'}: ${report.records} ledger records in ${report.partitions} partitions` +
      `, ${report.pending} not yet in history, ${report.compared} compared row by row` +
      `, ${report.customers} customer states compared`,
    `rows: ${rows.length === 0 ? 'none' : rows.join(', ')}; refused by a table: ${report.refused}`,
    ...report.differences.map(lineOf),
    ...report.spooled.map(
      ({ partition, first, last, owner }) =>
        `spooled: records ${first} to ${last} of partition ${partition}, in spool ${owner}`,
    ),
  ];
  const more = report.differenceCount - report.differences.length;
  if (more > 0) lines.push(`… and ${more} more differences`);
  return `${lines.join('\n')}\n`;
}

function lineOf(difference: Difference): string {
  switch (difference.kind) {
    case 'missing_record':
      return `missing in history: record ${difference.ledgerId} of partition ${difference.partition}`;
    case 'surplus_record':
      return `never written: record ${difference.ledgerId} of partition ${difference.partition}`;
    case 'missing_row':
    case 'surplus_row':
    case 'duplicate_row':
      return (
        `${difference.kind.replace('_', ' ')}: ${difference.table}, record ${difference.ledgerId}` +
        ` of partition ${difference.partition}, row ${difference.ordinal}`
      );
    case 'customer':
      return (
        `customer ${JSON.stringify(difference.customerId)}: the state counts ${difference.state}` +
        ` records, history has ${difference.history}`
      );
  }
}
