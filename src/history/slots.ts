/** Lets a limited number of holders in at once; the others wait in order. */
export class Slots {
  private readonly waiting: (() => void)[] = [];
  private inside = 0;

  constructor(private readonly max: number) {}

  /** Resolves, when there is room, with the function that leaves again. */
  async enter(): Promise<() => void> {
    if (this.inside < this.max) this.inside++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.waiting.shift();
      // A waiting holder takes the place over; the count stays.
      if (next === undefined) this.inside--;
      else next();
    };
  }
}
