// Draws on the pool of a budget for a partition that has run dry:
//
//   what has it? ─► allot ─► take over
//                     │ dry, or the limit is another now: call in what lies idle in all partitions,
//                     │ then allot once more
//
// Every step may be repeated, come late or be cut off: what partitions are granted, use and return only
// grows, and each side keeps the largest that it heard of. Who draws is of no matter: any process may.

import { budgetField } from '../model/budget.ts';
import type { BudgetScripts, Holding, HoldLimit, Told } from '../redis/budget-scripts.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import type { Held } from './held-left.ts';

/** A partition gets at most this part of what is free, over the number of partitions, unneeded. */
const SHARE = 4;

/** One limit of an offer that a partition needs something of. */
export interface Need {
  readonly kind: 'g' | 'm' | `d${number}`;
  readonly limit: number;
  /** That the partition must have left. */
  readonly need: number;
}

/** What came of a draw, of each need. */
export interface Drawn {
  /** What the partition has left. */
  readonly left: number;
  /** What there is in all, here and in the pool; null = it is not known: others may have some idle. */
  readonly total: number | null;
}

export interface DrawParts {
  readonly scripts: BudgetScripts;
  readonly connection: RedisConnection;
  readonly keys: Keys;
}

export class BudgetDraws {
  /** Offer → calling in what is idle; one at a time, and for all who wait. */
  private readonly calls = new Map<string, Promise<CalledIn>>();

  constructor(private readonly parts: DrawParts) {}

  /** @throws Unavailable */
  async draw(offer: string, partition: number, needs: readonly Need[]): Promise<readonly Drawn[]> {
    const { scripts, keys } = this.parts;
    const { budgets } = keys.partition(partition);
    const limits = needs.map(({ kind, limit }) => ({ field: budgetField(offer, kind), limit }));
    const asHeld = (granted: number) => (limit: Omit<HoldLimit, 'granted'>) => ({
      ...limit,
      granted,
    });
    const held = await scripts.hold(budgets, 'keep', limits.map(asHeld(0)));
    const told = (holdings: readonly Holding[]): Told[] =>
      needs.map((need, i) => ({ ...holdings[i]!, ...need, partition, since: 0 }));
    let answer = await this.allot(offer, told(held));
    let calledIn: CalledIn | null = null;
    if (answer.kind !== 'allotted') {
      calledIn = await this.callIn(offer, needs);
      const { shares } = answer;
      // Others may have used some here meanwhile: what was told last is nearest to the truth.
      const latest = needs.map(({ kind }, i): Holding => {
        const isThis = (other: Told) => other.partition === partition && other.kind === kind;
        return calledIn!.find(isThis) ?? { ...held[i]!, granted: shares[i]!.granted };
      });
      answer = await this.allot(offer, told(latest));
    }
    const { shares, kind: status } = answer;
    // While the limit changes, what was granted under the one before is nobody's to use.
    const now = await scripts.hold(
      budgets,
      status === 'changing' ? 'return' : 'keep',
      limits.map((limit, i) => ({ ...limit, granted: shares[i]!.granted })),
    );
    return needs.map(({ kind, limit }, i) => {
      const { granted, used, returned } = now[i]!;
      const left = granted - used - returned;
      const { free } = shares[i]!;
      // Where all that is out elsewhere is used, what is free and what is here is all there is.
      const elsewhere = limit - free - (granted - returned);
      const isKnown = calledIn !== null && usedElsewhere(calledIn, kind, partition) === elsewhere;
      return { left, total: isKnown ? Math.max(0, free) + left : null };
    });
  }

  /** What a partition has, by field (`offer|limit`), as its commits find it. @throws Unavailable */
  async held(partition: number): Promise<ReadonlyMap<string, Held>> {
    const { connection, keys } = this.parts;
    const { budgets } = keys.partition(partition);
    const fields = (await connection.call('hgetall', [budgets])) as PoolFields;
    const held = new Map<string, Held>();
    for (const [field, value] of Object.entries(fields)) {
      const [limit, granted, used, returned] = value.toString('latin1').split(' ').map(Number);
      held.set(field, { limit: limit!, left: granted! - used! - returned! });
    }
    return held;
  }

  /** What was allotted must not be forgotten once a partition has it. */
  private async allot(offer: string, told: readonly Told[]) {
    const { scripts, connection, keys } = this.parts;
    const poolKey = keys.budgetPool(offer);
    const answer = await scripts.allot(poolKey, SHARE * keys.partitions, told);
    if (connection.confirms) await connection.replicated(poolKey);
    return answer;
  }

  private callIn(offer: string, needs: readonly Need[]): Promise<CalledIn> {
    const key = `${offer} ${needs.map(({ kind, limit }) => `${kind} ${limit}`).join(' ')}`;
    let call = this.calls.get(key);
    if (call === undefined) {
      call = this.callInOnce(offer, needs).finally(() => this.calls.delete(key));
      this.calls.set(key, call);
    }
    return call;
  }

  /** Has every partition give back what lies idle. @returns what it used: then all that it has */
  private async callInOnce(offer: string, needs: readonly Need[]): Promise<CalledIn> {
    const { scripts, connection, keys } = this.parts;
    const poolKey = keys.budgetPool(offer);
    const fields = (await connection.call('hgetall', [poolKey])) as PoolFields;
    const granted = grantedIn(
      fields,
      needs.map(({ kind }) => kind),
    );
    const told = await Promise.allSettled(
      [...granted].map(async ([partition, byKind]) => {
        const limits = needs.filter(({ kind }) => byKind.has(kind));
        const holdings = await scripts.hold(
          keys.partition(partition).budgets,
          'return',
          limits.map(({ kind, limit }) => ({
            field: budgetField(offer, kind),
            limit,
            granted: byKind.get(kind)!,
          })),
        );
        return limits.map(({ kind, limit }, i) => ({
          ...{ kind, limit, partition, need: 0, ...holdings[i]! },
        }));
      }),
    );
    // Where one does not answer, what the others give back is there nevertheless.
    const answered = told.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const silent = told.find((one) => one.status === 'rejected');
    if (silent !== undefined && answered.length === 0) throw silent.reason;
    const all = answered
      .flat()
      .map(
        (one): Told => ({ ...one, since: silent === undefined ? changeIn(fields, one.kind) : 0 }),
      );
    if (all.length > 0) await this.allot(offer, all);
    return all;
  }
}

/** What partitions told when their idle units were called in. */
type CalledIn = readonly Told[];

function usedElsewhere(calledIn: CalledIn, kind: string, but: number): number {
  let sum = 0;
  for (const told of calledIn) if (told.kind === kind && told.partition !== but) sum += told.used;
  return sum;
}

type PoolFields = Readonly<Record<string, Buffer>>;

/** How often the limit of this kind had changed. */
function changeIn(fields: PoolFields, kind: string): number {
  return Number(fields[kind]?.toString('latin1').split(' ')[2] ?? 0);
}

/** From the fields of a pool: partition → kind → what it was granted. */
function grantedIn(
  fields: PoolFields,
  kinds: readonly string[],
): ReadonlyMap<number, ReadonlyMap<string, number>> {
  const granted = new Map<number, Map<string, number>>();
  for (const [field, value] of Object.entries(fields)) {
    const [kind, partition] = field.split('|');
    if (partition === undefined || !kinds.includes(kind!)) continue;
    const amount = Number(value.toString('latin1').split(' ')[0]);
    const known = granted.get(Number(partition));
    if (known === undefined) granted.set(Number(partition), new Map([[kind!, amount]]));
    else known.set(kind!, amount);
  }
  return granted;
}
