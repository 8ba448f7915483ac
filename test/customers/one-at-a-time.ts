// The customers of a shop as somebody would keep them who serves one call after the other, and never
// fails: what the real ones are compared with.

import { decisionId } from '../../src/model/hash.ts';
import { type Given, offerFor, takenApart, totalsOf } from './kept-customer.ts';
import type { EventCall, Operation } from './operation.ts';
import { People } from './people.ts';

/** Prizes for all customers together, where there are few. */
export const PRIZES_IN_ALL = 2;

export class OneAtATime {
  /** Prizes that were given. */
  granted = 0;

  constructor(
    /** Epoch ms. */
    private readonly nowMs: number,
    private readonly prizesInAll: number,
    readonly people = new People(),
  ) {}

  copy(): OneAtATime {
    const copy = new OneAtATime(this.nowMs, this.prizesInAll, this.people.copy());
    copy.granted = this.granted;
    return copy;
  }

  /** Of each name whose it is; of each customer what counts. */
  end(names: readonly string[]) {
    return {
      names: Object.fromEntries(names.map((name) => [name, this.idOf(name)])),
      customers: Object.fromEntries(
        [...this.people.customers.values()]
          .sort((a, b) => (a.id < b.id ? -1 : 1))
          .map((customer) => [customer.id, totalsOf(customer)]),
      ),
      ...(Number.isFinite(this.prizesInAll) && { granted: this.granted }),
    };
  }

  /**
   * @param remembered as in `People.name`
   * @returns what its caller is told
   */
  do(operation: Operation, remembered: ReadonlySet<string>): string {
    switch (operation.kind) {
      case 'event':
        return this.event(operation, remembered);
      case 'merge': {
        this.merge(operation.into, operation.from);
        return 'done';
      }
      case 'unmerge':
        return this.unmerge(operation.of, operation.from);
      case 'click':
        return this.click(operation);
    }
  }

  /** For anybody. */
  wasCounted(messageId: string): boolean {
    return [...this.people.customers.values()].some(({ seen }) => seen.has(messageId));
  }

  idOf(name: string): string {
    return this.people.find(name).id;
  }

  /** What a customer was given, by the ids of the decisions. */
  givenTo(name: string): ReadonlyMap<string, Given> {
    return this.people.find(name).given;
  }

  private event(call: EventCall, remembered: ReadonlySet<string>): string {
    const { names, messageId, told } = call;
    const caller = this.people.name(call, remembered);
    this.people.forgetNamed();
    if (caller.seen.has(messageId)) return 'done';
    let { counts, given } = caller;
    let answer = 'done';
    const log = [...caller.log, { kind: 'told', under: names[0]!, told } as const];
    if (told.kind === 'view') {
      const offerId = offerFor(caller, this.granted < this.prizesInAll);
      answer += ` ${offerId ?? 'nothing'}`;
      if (offerId === 'prize') counts = { ...counts, prizes: counts.prizes + 1 };
      if (offerId === 'prize') this.granted++;
      if (offerId === 'gift') counts = { ...counts, gifts: counts.gifts + 1 };
      if (offerId !== null) {
        const id = decisionId(caller.id, messageId, 'web', this.nowMs);
        given = new Map([...given, [id, { messageId, offerId, isClicked: false }]]);
      }
    }
    this.people.keep({ ...caller, seen: new Set([...caller.seen, messageId]), log, counts, given });
    return answer;
  }

  private click({ name, messageId, ...what }: Operation & { kind: 'click' }): string {
    const caller = this.people.find(name);
    const id = what.decisionId;
    const given = caller.given.get(id);
    if (given?.offerId !== what.offerId) return 'unknown_decision';
    if (given.isClicked) return 'done';
    const { counts } = caller;
    this.people.keep({
      ...caller,
      seen: new Set([...caller.seen, messageId]),
      counts: { ...counts, clicks: counts.clicks + (given.offerId === 'lure' ? 1 : 0) },
      given: new Map([...caller.given, [id, { ...given, isClicked: true }]]),
    });
    return 'done';
  }

  private merge(a: string, b: string): void {
    const { people } = this;
    const [into, from] = [people.find(a), people.find(b)];
    if (people.isKnown(into) && people.isKnown(from) && into !== from) people.fold(into, from);
  }

  private unmerge(name: string, fromId: string): string {
    const { people } = this;
    const all = people.find(name);
    const merge = all.merges.findLast(({ from }) => from === fromId);
    if (merge === undefined) return 'unknown';
    const parts = takenApart(all, merge.id);
    if (parts === null) return 'later_first';
    const { into, from } = parts;
    if (people.find(from.id).id !== all.id || into.names.has(from.id)) return 'moved_on';
    people.part(into, from);
    return 'unmerged';
  }
}
