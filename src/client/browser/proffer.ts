// Proffer in a page: events go out, offers come back and are shown. The module of the package, and the
// whole of /v1/proffer.js but for its tag (script-tag.ts). Nothing here throws at the page or runs text
// as code; what callbacks of the page throw is reported as uncaught and stops nothing.

import type { Call, Decision, Offer } from '../answers.ts';
import { newId, safely } from './local.ts';
import { type Poster, posterTo } from './post.ts';
import { type Answer, type Queue, queueOf } from './queue.ts';
import { type Place, show, type Template } from './show.ts';
import { type Stream, streamOf } from './stream.ts';
import { type TokenSource, type Visitor, visitorOf } from './visitor.ts';

export type { Call, Decision, Failure, ListedItem, Offer } from '../answers.ts';
export type { Answer } from './queue.ts';
export type { Place, Template } from './show.ts';
export type { Token, TokenSource } from './visitor.ts';

export interface Options {
  /** A key of kind browser: anybody may read it. */
  readonly key: string;
  /** Where the service is, without a path; the page's own origin if absent. */
  readonly endpoint?: string;
  /** Of the customer who is logged in; given later by `identify` or `setToken`. */
  readonly token?: TokenSource;
  /** The visitor's id, where the page has one of its own. */
  readonly anonymousId?: string;
  /** Beside each event and question, e.g. `{channel: 'web'}`. */
  readonly context?: object;
  /** false: no stream is opened, whatever is listened to. */
  readonly stream?: boolean;
}

export interface DecideOptions {
  /** Offers for each placement. */
  readonly limit?: number;
  readonly context?: object;
}

export interface RenderOptions extends DecideOptions {
  readonly template?: Template;
  /** false: shows only what events and time decide; nobody is asked now. */
  readonly ask?: boolean;
}

type Listener = (decision: Decision) => void;

/** Of one place. */
interface Shown {
  listener?: Listener;
  decision?: Decision | undefined;
  node?: Element | undefined;
}

const DECISIONS_KNOWN_MAX = 500;
const ASKED_MAX = 3;
const ASK_AGAIN_MS_MAX = 5_000;

export class Proffer {
  private readonly visitor: Visitor;
  private readonly poster: Poster;
  private readonly queue: Queue;
  private readonly stream: Stream;
  private readonly listeners = new Set<Listener>();
  /** Decisions that were given, and visitors who have logged out. */
  private readonly known = new Set<string>();
  /** What is shown where: a place that is given again is no second one. */
  private readonly shown = new Map<Place, Shown>();

  constructor(private readonly options: Options) {
    const { key, anonymousId, token, endpoint = location.origin } = options;
    const at = endpoint.replace(/\/+$/, '');
    const decided = (decision: Decision, id: string) => this.decided(decision, id);
    const visitor = visitorOf(anonymousId, token);
    this.visitor = visitor;
    this.poster = posterTo(at, key, visitor, () => this.stream.reopen());
    this.queue = queueOf(`${at}/v1/batch`, this.poster, visitor, decided);
    this.stream = streamOf(`${at}/v1/stream`, key, visitor, decided);
  }

  get anonymousId(): string {
    return this.visitor.id();
  }

  /** Something that somebody did. */
  track(event: string, properties: object = {}, fields: Partial<Call> = {}): Promise<Answer> {
    return this.send({ ...fields, type: 'track', event, properties });
  }

  /** Who it is, or what is known of them. A customer's name is believed with a token alone. */
  identify(
    userId: string | null,
    traits: object = {},
    { token, ...fields }: Partial<Call> & { readonly token?: TokenSource } = {},
  ): Promise<Answer> {
    if (token !== undefined) this.setToken(token);
    return this.send({ ...fields, type: 'identify', ...(userId && { userId }), traits });
  }

  /** A look at a page. */
  page(name?: string, properties: object = {}, fields: Partial<Call> = {}): Promise<Answer> {
    const { href, pathname } = location;
    const { title, referrer } = document;
    return this.send({
      ...fields,
      type: 'page',
      ...(name !== undefined && { name }),
      properties: { url: href, path: pathname, title, referrer, ...properties },
    });
  }

  /** Any call of the Segment spec, with a message id of its own if it has one. */
  send(call: Call): Promise<Answer> {
    return this.queue.add({
      messageId: newId(),
      anonymousId: this.visitor.id(),
      timestamp: new Date().toISOString(),
      ...call,
      context: { ...this.options.context, ...call.context },
    });
  }

  /** The next best offers now, after what was sent. */
  async decide(
    placements: string | readonly string[],
    { limit, context }: DecideOptions = {},
  ): Promise<Answer> {
    const id = this.visitor.id();
    const body = {
      placements: [placements].flat(),
      anonymousId: id,
      messageId: newId(),
      limit,
      context: { ...this.options.context, ...context },
    };
    await this.sent();
    for (let asked = 1; ; asked++) {
      const { json, error, waitMs, status } = await this.poster.send('/v1/decide', body, id);
      if (status === 200) {
        const { decisions } = json as { readonly decisions: readonly Decision[] };
        for (const decision of decisions) this.decided(decision, id);
        return { decisions };
      }
      if (waitMs === null || waitMs > ASK_AGAIN_MS_MAX || asked === ASKED_MAX) {
        return { decisions: [], error };
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs || 500 * asked));
    }
  }

  /** Every decision, once: of answers, and of the stream, which is opened. */
  on(_: 'decision', listener: Listener): this {
    this.listeners.add(listener);
    if (this.options.stream !== false) this.stream.want();
    return this;
  }

  off(_: 'decision', listener: Listener): this {
    this.listeners.delete(listener);
    return this;
  }

  /**
   * Shows the first offer of a placement, now and whenever another is decided; or that of a decision
   * that is there. Impressions and clicks are reported. Without an offer the place stays as it is.
   * @returns the offer that is shown now, or null
   */
  async render(
    what: string | Decision,
    place: Place,
    { template, ask, ...options }: RenderOptions = {},
  ): Promise<Offer | null> {
    const before = this.shown.get(place) ?? {};
    const mine: Shown = typeof what === 'string' ? { node: before.node } : before;
    this.shown.set(place, mine);
    const draw = (decision: Decision): Offer | null => {
      const [offer] = decision.offers;
      const properties = { decisionId: decision.decisionId, offerId: offer?.offerId };
      const report = (event: string) => void this.track(event, properties);
      const node = show(decision, place, template, report);
      if (!offer || !node) return null;
      mine.decision = decision;
      mine.node = node;
      return offer;
    };
    if (typeof what !== 'string') return draw(what);
    let asking = false;
    mine.listener = (decision) => {
      if (decision.placement !== what) return;
      // What fits nobody in particular does not replace what was made for them, nor does the answer to
      // the question below replace what an event has brought meanwhile.
      const last = mine.decision;
      if (last && ((decision.fallback && !last.fallback) || (asking && !decision.trigger))) return;
      draw(decision);
    };
    this.listeners.delete(before.listener!);
    this.on('decision', mine.listener);
    await this.sent();
    if (ask !== false && !mine.decision) {
      asking = true;
      await this.decide(what, options);
      asking = false;
    }
    return mine.decision?.offers[0] ?? null;
  }

  /** Somebody logged in, or their token is another one now. */
  setToken(token: TokenSource): void {
    this.visitor.login(token);
    this.queue.now();
    this.stream.reopen();
  }

  /** The visitor's id is another one; who it is stays. */
  setAnonymousId(id: string): void {
    if (id === this.visitor.id()) return;
    this.visitor.rename(id, false);
    this.stream.reopen();
  }

  /**
   * Logged out: what comes after is somebody else's, and what is shown leaves the page. Done when that
   * was told to the service.
   */
  async reset(anonymousId: string = newId()): Promise<void> {
    const { visitor } = this;
    for (const mine of this.shown.values()) {
      mine.node?.remove();
      mine.decision = undefined;
    }
    const told = visitor.hasToken(visitor.id()) ? this.track('Signed Out') : null;
    this.known.clear();
    this.known.add(visitor.id());
    visitor.rename(anonymousId, true);
    this.stream.reopen(true);
    await told;
  }

  /** As the list that stands for this before the script is there: `(proffer ||= []).push(call)`. */
  push(...calls: readonly ((proffer: Proffer) => unknown)[]): void {
    for (const call of calls) safely(() => call(this));
  }

  /** Done when what the page said in this turn is answered, or waits for better times. */
  private async sent(): Promise<void> {
    await null;
    await this.queue.flush();
  }

  /** @param id whose it is: of who has logged out meanwhile it is nothing for this page */
  private decided(decision: Decision, id: string): void {
    if (this.known.has(decision.decisionId) || this.known.has(id)) return;
    this.known.add(decision.decisionId);
    if (this.known.size > DECISIONS_KNOWN_MAX) {
      this.known.delete(this.known.values().next().value!);
    }
    for (const listener of [...this.listeners]) safely(() => listener(decision));
  }
}
