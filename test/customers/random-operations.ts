// What happens to a few people with a few names each: events, identifies and aliases under any of them,
// merges and merges taken back, and clicks on what was offered.

import type { MergeEntry } from '../../src/model/identity.ts';
import { DEFAULT_IDENTIFIERS, kindOf, type NamedAlias } from '../../src/model/identity.ts';
import type { Submission } from '../../src/model/step.ts';
import type { Random } from '../support/seeded.ts';
import type { Told } from './kept-customer.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import type { EventCall, Operation } from './operation.ts';
import { eventOf, NOW, nameOf, outcomeOf } from './shop.ts';

const POOL: Readonly<Record<string, readonly string[]>> = {
  user: ['u1', 'u2', 'u3'],
  card: ['C1', 'C2'],
  phone: ['1', '2'],
  device: ['d1'],
  anonymous: ['a1', 'a2', 'a3'],
};
const KINDS = Object.keys(POOL);
/** What a call of alias renames: visitors, and ids of which nobody may have heard. */
const PREVIOUS = ['a1', 'a2', 'u1', 'u2'];

export class RandomOperations {
  private told = 0;
  private readonly sent = new Map<string, EventCall>();

  /**
   * @param run of all names of a history
   * @param models what may be true by now
   * @param mergesOf the merges of whoever has a name
   */
  constructor(
    private readonly random: Random,
    private readonly run: string,
    private readonly models: () => readonly OneAtATime[],
    private readonly mergesOf: (name: string) => Promise<readonly MergeEntry[]>,
  ) {}

  /** All names there are. */
  names(): readonly string[] {
    const visitors = [...new Set([...POOL.anonymous!, ...PREVIOUS])];
    return KINDS.flatMap((kind) =>
      (kind === 'anonymous' ? visitors : POOL[kind]!).map((value) =>
        nameOf(kind, this.run + value),
      ),
    );
  }

  /** null = nothing happens. */
  async next(): Promise<Operation | null> {
    const { random } = this;
    const which = random();
    if (which < 0.08) return { kind: 'merge', into: this.anyName(), from: this.anyName() };
    if (which < 0.16) return this.unmerge();
    if (which < 0.24) return this.click();
    if (which < 0.3) return this.alias();
    const again = [...this.sent.keys()];
    if (which < 0.38 && again.length > 0) return this.event(this.sent.get(random.pick(again))!);
    const names: Record<string, string> = {};
    const count = random.pick([1, 1, 2, 2, 3]);
    while (Object.keys(names).length < count) {
      const kind = random.pick(KINDS);
      names[kind] = nameOf(kind, this.run + random.pick(POOL[kind]!));
    }
    const ids = KINDS.flatMap((kind) => names[kind] ?? []);
    const messageId = `m${++this.told}`;
    return this.event({
      kind: 'event',
      messageId,
      names: ids,
      previous: null,
      told: toldBy(this.told),
    });
  }

  /** Under one name alone. */
  view(): EventCall {
    const messageId = `m${++this.told}`;
    const names = [this.anyName()];
    return this.event({ kind: 'event', messageId, names, previous: null, told: { kind: 'view' } });
  }

  private alias(): Operation | null {
    const messageId = `m${++this.told}`;
    const { random, run } = this;
    const userId = run + random.pick(POOL.user!);
    const names = [
      userId,
      ...(random() < 0.2 ? [nameOf('card', run + random.pick(POOL.card!))] : []),
    ];
    const previous = run + random.pick(PREVIOUS);
    if (previous === userId) return null;
    return this.event({ kind: 'event', messageId, names, previous, told: { kind: 'nothing' } });
  }

  private event(call: EventCall): EventCall {
    this.sent.set(call.messageId, call);
    return call;
  }

  private async unmerge(): Promise<Operation | null> {
    for (let attempt = 0; attempt < 4; attempt++) {
      const of = this.anyName();
      const merges = await this.mergesOf(of);
      if (merges.length === 0) continue;
      const { from } = this.random.pick(merges);
      const { mergeId } = merges.findLast((merge) => merge.from === from)!;
      return { kind: 'unmerge', of, from, mergeId };
    }
    return null;
  }

  /** Of what somebody was given, mostly by one of their names. */
  private click(): Operation | null {
    const { random } = this;
    const messageId = `m${++this.told}`;
    const [model] = this.models();
    const name = this.anyName();
    const given = [...model!.givenTo(name)];
    if (given.length === 0) return null;
    const [decisionId, { offerId }] = random.pick(given);
    const names = this.names().filter((each) => model!.givenTo(each).has(decisionId));
    const by = random() < 0.2 ? this.anyName() : random.pick(names);
    return { kind: 'click', messageId, name: by, decisionId, offerId };
  }

  private anyName(): string {
    const kind = this.random.pick(KINDS);
    return nameOf(kind, this.run + this.random.pick(POOL[kind]!));
  }
}

/** By the number of the message, so that it is the same when it is told again. */
function toldBy(n: number): Told {
  if (n % 3 !== 0) return { kind: 'view' };
  return {
    kind: 'says',
    plan: `plan ${n}`,
    granted: n % 2 === 0,
    atMs: NOW - 1_000 * ((n * 7) % 50),
  };
}

/** As gateways submit it. */
export function submissionOf(call: EventCall | (Operation & { kind: 'click' })): Submission {
  if (call.kind === 'click') {
    const { decisionId, offerId, messageId, name } = call;
    return { ...outcomeOf({ user: name }, decisionId, offerId), messageId, ...named([name], null) };
  }
  const { names, previous, messageId, told } = call;
  const context = { under: names[0]! };
  const view = eventOf({ user: names[0]! }, 'Viewed', { messageId, context });
  const { stimulus } = view;
  if (stimulus.kind !== 'event') throw new Error('an event');
  const { event } = stimulus;
  const said = { ...event, label: null };
  const submission = { ...view, ...named(names, previous) };
  switch (told.kind) {
    case 'view':
      return submission;
    case 'nothing':
      return {
        ...submission,
        stimulus: { ...stimulus, event: { ...said, type: 'alias', name: 'alias' } },
      };
    case 'says': {
      const { plan, granted, atMs } = told;
      const consent = { categoryPreferences: { marketing: granted } };
      const identify = { ...said, type: 'identify' as const, name: 'identify' };
      const states = { traits: { plan }, context: { ...context, consent }, timestampMs: atMs };
      return { ...submission, stimulus: { ...stimulus, event: { ...identify, ...states } } };
    }
  }
}

function named(
  names: readonly string[],
  previous: string | null,
): Pick<Submission, 'customerId' | 'naming'> {
  const [first, ...others] = names.map(aliasOf) as [NamedAlias, ...NamedAlias[]];
  const { id, kind, value } = first;
  const visitor = aliasOf(`anonymous:${previous}`);
  const renamed = previous === null ? [] : [{ ...aliasOf(previous), otherwise: visitor }];
  const aliases = [...renamed, ...others];
  return { customerId: id, naming: { kind, value, aliases, unusable: [] } };
}

function aliasOf(id: string): NamedAlias {
  const kind = kindOf(id, DEFAULT_IDENTIFIERS);
  const value = kind === 'user' || kind === 'anonymous' ? null : id;
  return { id, kind, value, otherwise: null };
}
