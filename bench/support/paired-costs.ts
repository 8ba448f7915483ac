// What several cases cost beside their floors, each measured in many short turns right after its floor: the
// machine has slow moments, so ratios are within a turn.

import { median } from './table.ts';

export class PairedCosts {
  private readonly floors: readonly number[][];
  private readonly cases: readonly number[][];

  constructor(cases: number) {
    this.floors = Array.from({ length: cases }, () => []);
    this.cases = Array.from({ length: cases }, () => []);
  }

  /** @param i of the case @param floor µs, likewise @param cost µs an event */
  add(i: number, floor: number, cost: number): void {
    this.floors[i]!.push(floor);
    this.cases[i]!.push(cost);
  }

  /** Medians of the case's own floor, of the case, and of its ratios to the floor. */
  beside(i: number): readonly string[] {
    return [median(this.floors[i]!).toFixed(1), ...this.row(i)];
  }

  /** Medians of a case and of its ratios to the floor; of no case: of all floors. */
  row(i?: number): readonly string[] {
    if (i === undefined) return [median(this.floors.flat()).toFixed(1), '1.00'];
    const costs = this.cases[i]!;
    const ratios = costs.map((cost, round) => cost / this.floors[i]![round]!);
    return [median(costs).toFixed(1), median(ratios).toFixed(2)];
  }
}
