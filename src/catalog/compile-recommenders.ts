// `recommenders:`: rules that list items for a customer. They are asked for by name; nothing else of a
// catalog reads them.

import type { z } from 'zod';
import { durationMs } from '../model/duration.ts';
import type {
  Exclusions,
  Model,
  RecommenderDefinition,
  Recommending,
  SeedDefinition,
  SourceDefinition,
} from '../model/recommending.ts';
import type { Sliced } from '../model/sliced.ts';
import { checkShape } from './check-shape.ts';
import { compileBy, learnedGroups } from './compile-by.ts';
import { type CompileContext, sourceOf } from './compile-context.ts';
import { compileItems } from './compile-items.ts';
import { type FaultList, quote } from './fault.ts';
import type { Located } from './located.ts';
import { checkName } from './names.ts';
import { parsePath } from './parse-path.ts';
import { OF_LIST } from './reach.ts';
import { type fallbackShape, recommenderShape } from './shapes/recommender-shapes.ts';
import { suggest } from './suggest.ts';

/** Recommenders of one catalog. */
export const RECOMMENDERS_MAX = 200;

const LIMIT = 10;
const MIN_SUPPORT = 3;

/** null = the catalog says nothing of items. A pause after each. */
export function* compilingRecommenders(
  items: ReadonlyMap<string, Located>,
  entries: ReadonlyMap<string, Located>,
  context: CompileContext,
): Sliced<Recommending | null> {
  if (items.size === 0 && entries.size === 0) return null;
  const { faults } = context;
  const recommenders = new Map<string, RecommenderDefinition>();
  for (const [name, node] of entries) {
    const compiled = checkName(name, node, faults) ? compile(name, node, context) : null;
    if (compiled !== null) recommenders.set(name, compiled);
    yield;
  }
  if (entries.size > RECOMMENDERS_MAX) {
    const last = [...entries.values()].at(-1)!;
    faults.at(last, `more than ${RECOMMENDERS_MAX} recommenders`, { offset: last.keyOffset });
  }
  const groups = learnedGroups([...recommenders.values()], [...entries.values()].at(-1), context);
  return { interactions: { ...compileItems(items, faults), groups }, recommenders };
}

type Data = z.output<typeof recommenderShape>;
type OfModel = Pick<z.output<typeof fallbackShape>, 'rank' | 'min_support' | 'by'>;

function compile(
  name: string,
  node: Located,
  context: CompileContext,
): RecommenderDefinition | null {
  const data: Data | null = checkShape(recommenderShape, node, context.faults);
  if (data === null) return null;
  const { faults } = context;
  const at = (key: keyof Data) => node.entries?.get(key);
  const sources = sourcesOf(data, node, context);
  const where = data.where === undefined ? null : context.condition(at('where'), OF_LIST);
  const seed = data.seed === undefined ? null : seedOf(at('seed')!, faults);
  const { fallback = [] } = data;
  const fallbacks = Array.isArray(fallback) ? fallback : [fallback];
  const fallbackNode = at('fallback');
  return {
    name,
    sources,
    isBlend: data.blend !== undefined,
    seed,
    limit: data.limit ?? LIMIT,
    where: where?.run ?? null,
    whereText: where === null ? null : sourceOf(at('where')!),
    exclude: exclusionsOf(data.exclude ?? []),
    diversify: {
      brand: data.diversify?.brand ?? null,
      category: data.diversify?.category ?? null,
    },
    fallback: fallbacks.map((one, i) =>
      typeof one === 'string'
        ? sourceOfModel(one, {}, 1, { byCategory: false })
        : checkedSource(one.model, one, 1, fallbackNode?.items?.[i] ?? fallbackNode!, context),
    ),
  };
}

function sourcesOf(
  data: Data,
  node: Located,
  context: CompileContext,
): readonly SourceDefinition[] {
  const { faults } = context;
  const { model, blend } = data;
  if (model !== undefined && blend !== undefined) {
    const message = 'has both "model" and "blend", expected one of them';
    faults.at(node.entries!.get('blend')!, message, { found: 'blend' });
  }
  if (blend !== undefined) {
    for (const key of ['rank', 'min_support', 'by'] as const) {
      const misplaced = data[key] === undefined ? undefined : node.entries?.get(key);
      const message = `"${key}" belongs to a model of the blend: move it there`;
      if (misplaced !== undefined) faults.at(misplaced, message, { found: key });
    }
    const items = node.entries?.get('blend')?.items;
    return blend.map((one, i) =>
      checkedSource(one.model, one, one.weight ?? 1, items?.[i] ?? node, context),
    );
  }
  if (model !== undefined) return [checkedSource(model, data, 1, node, context)];
  const isWrong = node.entries?.has('model') || node.entries?.has('blend');
  if (!isWrong) {
    const expected = 'a model such as similar, or a blend';
    faults.at(node, `"model" is missing, expected ${expected}`, { expected });
  }
  return [];
}

/** Which models each key says something of. */
const KEYS_OF: Readonly<Record<keyof OfModel, readonly Model[]>> = {
  rank: ['bought_together'],
  min_support: ['bought_together'],
  by: ['trending', 'popular'],
};

function checkedSource(
  model: Model,
  given: OfModel,
  weight: number,
  node: Located,
  context: CompileContext,
): SourceDefinition {
  const { faults } = context;
  let isMisplaced = false;
  for (const key of Object.keys(KEYS_OF) as (keyof OfModel)[]) {
    if (given[key] === undefined || KEYS_OF[key].includes(model)) continue;
    const message = `"${key}" says nothing of ${model}: it is of ${KEYS_OF[key].join(' and ')}`;
    faults.at(node.entries?.get(key) ?? node, message, { found: key });
    isMisplaced ||= key === 'by';
  }
  const by = isMisplaced ? undefined : given.by;
  const compiled = compileBy(by, model, node.entries?.get('by') ?? node, context);
  return sourceOfModel(model, given, weight, compiled);
}

function sourceOfModel(
  model: Model,
  given: OfModel,
  weight: number,
  by: Pick<SourceDefinition, 'byCategory' | 'byGroup'>,
): SourceDefinition {
  return {
    model,
    rank: given.rank ?? 'cosine',
    minSupport: given.min_support ?? MIN_SUPPORT,
    ...by,
    weight,
  };
}

const SEED_WORDS = ['cart', 'current', 'bought'] as const;
const OF_EVENT = 'event.';

function seedOf(node: Located, faults: FaultList): SeedDefinition | null {
  const text = (node.value as string).trim();
  const word = SEED_WORDS.find((one) => one === text);
  if (word !== undefined) return { kind: word };
  if (text.startsWith(OF_EVENT)) {
    const path = parsePath({ ...node, value: text.slice(OF_EVENT.length) }, faults);
    return path === null ? null : { kind: 'path', path };
  }
  const expected = `${SEED_WORDS.join(', ')}, or a path such as event.properties.product_id`;
  const isPath = /^(properties|traits|context)\./.test(text);
  faults.at(node, `found ${quote(text)}, expected ${expected}`, {
    ...{ found: quote(text), expected },
    suggestion: isPath ? `${OF_EVENT}${text}` : suggest(text, SEED_WORDS),
  });
  return null;
}

/** Of one that is said twice, the longer time. What is out of stock is left out in any case. */
function exclusionsOf(list: NonNullable<Data['exclude']>): Exclusions {
  const longest = (key: 'bought' | 'viewed') => {
    const times = list.flatMap((one) => {
      const said = typeof one === 'string' ? undefined : (one as { [name: string]: string })[key];
      return said === undefined ? [] : [durationMs(said)!];
    });
    return times.length === 0 ? null : Math.max(...times);
  };
  return {
    boughtMs: longest('bought'),
    viewedMs: longest('viewed'),
    inCart: list.includes('in_cart'),
    current: list.includes('current'),
  };
}
