// Looking again and again at what another process tells: one look at a time, and one that failed is made up
// for by the next.

export interface LookParts {
  /** Between the beginnings of two looks, ms; one that is due while another is under way is left out. */
  readonly everyMs: number;
  /** Whether anybody here needs what is looked at. */
  isNeeded(): boolean;
  read(): Promise<void>;
  /** A look that failed. */
  onFault(error: unknown): void;
}

export class RepeatedLook {
  private looking: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly parts: LookParts) {}

  start(): void {
    this.timer ??= setInterval(() => {
      if (this.parts.isNeeded()) void this.look();
    }, this.parts.everyMs);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /** Reads what is new. Never rejects. */
  look(): Promise<void> {
    this.looking ??= this.parts
      .read()
      .catch((error: unknown) => this.parts.onFault(error))
      .finally(() => {
        this.looking = null;
      });
    return this.looking;
  }
}
