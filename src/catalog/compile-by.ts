// `by` of a model: what part of the crowd or of the items its list is made of.

import { GROUP_MEMBERS_MAX, type LearnedGroup } from '../model/crowd/interactions.ts';
import type { Model, RecommenderDefinition, SourceDefinition } from '../model/recommending.ts';
import type { CompileContext } from './compile-context.ts';
import { quote } from './fault.ts';
import type { Located } from './located.ts';
import { suggest } from './suggest.ts';

type By = Pick<SourceDefinition, 'byCategory' | 'byGroup'>;

const CATEGORY = 'category';
const SEGMENT = 'segment.';
const OF_ALL: By = { byCategory: false };

/** @param node of `by`, or of the map that it is in */
export function compileBy(
  text: string | undefined,
  model: Model,
  node: Located,
  { declared, faults }: CompileContext,
): By {
  if (text === undefined) return OF_ALL;
  if (text === CATEGORY) return { byCategory: true };
  const groups = [...declared.segments.values()].filter(({ members }) => members !== null);
  const written = groups.map(({ name }) => `${SEGMENT}${name}`);
  const found = quote(text);
  if (!text.startsWith(SEGMENT)) {
    const expected = `${CATEGORY}, or a segment group such as ${written[0] ?? 'segment.tier'}`;
    const inside = groups.find(({ name }) => name === text.trim());
    faults.at(node, `found ${found}, expected ${expected}`, {
      ...{ found, expected },
      suggestion:
        inside === undefined ? suggest(text, [CATEGORY, ...written]) : `${SEGMENT}${inside.name}`,
    });
    return OF_ALL;
  }
  if (model !== 'popular') {
    const message = `"by: ${text}" says nothing of ${model}: a segment group is of popular`;
    faults.at(node, message, { found });
    return OF_ALL;
  }
  const name = text.slice(SEGMENT.length);
  const segment = declared.segments.get(name);
  if (segment === undefined) {
    const suggestion = suggest(text, written);
    faults.at(node, `There is no segment "${name}"`, { found, suggestion });
  } else if (segment.members === null) {
    const message = `"${name}" is no group: customers are in it or not, and are members of nothing`;
    const expected = 'a segment with members';
    faults.at(node, message, { found, expected, suggestion: suggest(text, written) });
  } else {
    return { byCategory: false, byGroup: { name, index: segment.index } };
  }
  return OF_ALL;
}

/** Groups that recommenders use, in the order of the catalog. */
export function learnedGroups(
  recommenders: readonly RecommenderDefinition[],
  node: Located | undefined,
  { declared, faults }: CompileContext,
): readonly LearnedGroup[] {
  const sources = recommenders.flatMap(({ sources, fallback }) => [...sources, ...fallback]);
  const used = new Set(sources.flatMap(({ byGroup }) => (byGroup ? [byGroup.name] : [])));
  const groups = [...declared.segments.values()].flatMap(({ name, members }) =>
    used.has(name) && members !== null ? [{ name, members: [...members.keys()] }] : [],
  );
  const count = groups.reduce((sum, { members }) => sum + members.length, 0);
  if (count > GROUP_MEMBERS_MAX && node !== undefined) {
    const names = groups.map(({ name }) => name).join(', ');
    const message = `${names} have ${count} members together: recommenders may use groups of ${GROUP_MEMBERS_MAX}`;
    faults.at(node, message, { offset: node.keyOffset });
  }
  return groups;
}
