// What a run was like, as a table for the guide.

import type { Books } from './books.ts';

interface Row {
  moments: number;
  longestGapMs: number;
  refused: number;
  retried: number;
  mended: number;
}

export interface MomentNumbers {
  readonly kinds: readonly string[];
  readonly longestGapMs: number;
  readonly refused: number;
  readonly retried: number;
  readonly wasMended: boolean;
}

export class Summary {
  private readonly rows = new Map<string, Row>();
  private moments = 0;
  private double = 0;

  add({ kinds, longestGapMs, refused, retried, wasMended }: MomentNumbers): void {
    this.moments++;
    if (kinds.length > 1) this.double++;
    for (const kind of kinds) {
      const row = this.rows.get(kind) ?? {
        ...{ moments: 0, longestGapMs: 0, refused: 0, retried: 0, mended: 0 },
      };
      row.moments++;
      row.longestGapMs = Math.max(row.longestGapMs, longestGapMs);
      row.refused += refused;
      row.retried += retried;
      if (wasMended) row.mended++;
      this.rows.set(kind, row);
    }
  }

  /** Markdown. @param more lines of `| what | value |` before the table of kinds */
  table(books: Books, more: Readonly<Record<string, string | number>>): string {
    const { totals } = books;
    const facts = {
      ...more,
      'moments (of these two faults at once)': `${this.moments} (${this.double})`,
      'ledger records acknowledged and found once': totals.records,
      'of these events, outcomes': `${totals.events}, ${totals.outcomes}`,
      'timers and looks that were due, each seen to once': books.due,
      'deliveries, each at the endpoint and with one row that says so': books.deliveries,
      'answers 200': books.acknowledged,
      'answers 503 or 429, all with Retry-After': books.refused,
      'requests cut off': books.cutOff,
      'submissions sent again until acknowledged': books.retried,
      'sent again although acknowledged': books.repeated,
      'slowest undisturbed request, ms': Math.round(books.slowestMs),
    };
    const lines = ['| what | value |', '|---|---|'];
    for (const [what, value] of Object.entries(facts)) lines.push(`| ${what} | ${value} |`);
    lines.push(
      '',
      '| fault | moments | longest time without a 200, ms | refused | sent again | late rows removed |',
      '|---|---|---|---|---|---|',
    );
    for (const [kind, row] of [...this.rows].sort(([a], [b]) => a.localeCompare(b))) {
      const { moments, refused, retried, mended } = row;
      const gap = Math.round(row.longestGapMs);
      lines.push(`| ${kind} | ${moments} | ${gap} | ${refused} | ${retried} | ${mended} |`);
    }
    return lines.join('\n');
  }
}
