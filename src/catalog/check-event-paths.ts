// Paths against what `events:` declares: a path that walks into a text, or through a list without
// `[]`, can never find anything. Only what every selected event declares is held against a path;
// events may carry more than they declare.

import type {
  EventSelector,
  FeatureDefinition,
  Path,
  TriggerDefinition,
} from '../model/catalog.ts';
import type { CompileContext } from './compile-context.ts';
import type { EventContract, PropertyType } from './compile-events.ts';
import type { Located } from './located.ts';
import { selectorsOf } from './selectors-of.ts';

type Contracts = ReadonlyMap<string, EventContract>;

/** Checks the paths of all features and triggers. */
export function checkEventPaths(
  features: readonly FeatureDefinition[],
  triggers: readonly TriggerDefinition[],
  triggerNodes: ReadonlyMap<string, Located>,
  contracts: Contracts,
  context: CompileContext,
): void {
  const { declared } = context;
  for (const { name, kind, on, value, by } of features) {
    const entries = declared.features.get(name)!.node.entries!;
    checkPaths(value, entries.get(kind), on, contracts, context);
    checkPaths(by ?? [], entries.get('by'), on, contracts, context);
  }
  for (const trigger of triggers) {
    const { name, per } = trigger;
    if (per === null) continue;
    const node = triggerNodes.get(name)!.entries!.get('per');
    for (const on of selectorsOf(trigger)) checkPaths([per], node, on, contracts, context);
  }
}

function checkPaths(
  paths: readonly Path[],
  node: Located | undefined,
  on: EventSelector,
  contracts: Contracts,
  context: CompileContext,
): void {
  if (on.any || on.names.length === 0 || node === undefined) return;
  paths.forEach((path, index) => {
    if (path.root !== 'properties') return;
    const faults = on.names.map((name) => mismatch(path, contracts.get(name)));
    const [fault] = faults;
    if (fault == null || faults.includes(null)) return;
    context.faults.at(
      node.items?.[index] ?? node,
      `"${path.text}" finds nothing: ${fault.message}`,
      {
        found: path.text,
        expected: null,
        suggestion: fault.suggestion,
      },
    );
  });
}

function mismatch(path: Path, contract: EventContract | undefined) {
  const walked: string[] = [];
  for (const [index, step] of path.steps.entries()) {
    walked.push(step.key);
    const type = contract?.types.get(walked.join('.'));
    const last = index === path.steps.length - 1;
    if (type !== undefined && !canWalk(type, step.each, last)) {
      const message = `"${walked.join('.')}" is declared a ${type} in \`events\``;
      const listed = `properties.${walked.join('.')}`;
      const suggestion = type === 'list' ? path.text.replace(listed, `${listed}[]`) : null;
      return { message, suggestion };
    }
    if (step.each) return null;
  }
  return null;
}

function canWalk(type: PropertyType, each: boolean, last: boolean): boolean {
  if (each) return type === 'list';
  return last || type === 'map';
}
