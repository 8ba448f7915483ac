// The port behind GET /v1/stream: who listens, and what they are sent. src/streams fills it.

/** Whose decisions a stream is of, as its caller said. */
export interface Listening {
  /** Customer id or name, as calls have it. */
  readonly name: string;
  /** false = of a visitor who is not taken for the customer whom the name leads to. */
  readonly follows: boolean;
  /** Decisions of these alone; null = of all. */
  readonly placements: ReadonlySet<string> | null;
  /** The last delivery that the caller got; '' = none is known. */
  readonly lastEventId: string;
}

/** Whom a name leads to at a moment, and what will tell that it no longer does. */
export interface Whereabouts {
  readonly customerId: string;
  /** Where the key of the name led; '' = nowhere. */
  readonly lead: string;
}

/** A connection. No method throws, or waits. */
export interface StreamClient {
  /**
   * Hands on a decision.
   * @param decision JSON
   * @returns false = it was not taken: the connection is gone, or too far behind
   */
  send(deliveryId: string, decision: string): boolean;
  /** Tells it from where on to ask if it comes again before it has had a decision. */
  mark(id: string): void;
  /** Says that something was left out. */
  gap(): void;
  /** Shows that the connection lives; false = it must not go on. */
  beat(): boolean;
  /** Closes it; `closed` of its stream need not be called any more. */
  end(): void;
}

/** A client among those who listen. */
export interface OpenStream {
  /** It has left something out, and has room again. */
  drained(): void;
  /** The connection is gone. */
  closed(): void;
}

export interface Streams {
  /** Whether one more would be too many. */
  readonly isFull: boolean;
  /** @throws Unavailable */
  find(listening: Listening): Promise<Whereabouts>;
  /** From now on the client is sent what there is for it. null = there is no room any more. */
  open(listening: Listening, where: Whereabouts, client: StreamClient): OpenStream | null;
  /** Ends all of them; done when what was sent has been recorded, as far as that can be. */
  stop(): Promise<void>;
}
