// Properties that none of the events at hand declares. Only said where every event that can be at
// hand says what it carries: others may carry anything.

import type { EventSelector, Path } from '../../model/catalog.ts';
import { contractRoot, type EventContract } from '../compile-events.ts';
import { SELECTING } from '../compile-features.ts';
import type { FaultList } from '../fault.ts';
import { type Located, offsetIn } from '../located.ts';
import { selectorsOf } from '../selectors-of.ts';
import { suggest } from '../suggest.ts';
import { testEvents } from './event-names.ts';
import { EventsAtHand } from './events-at-hand.ts';
import type { Mentioned } from './mentioned.ts';
import type { Warned } from './warned.ts';

/** What SDKs add to every page and screen by themselves. */
const STANDARD: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    '$page',
    new Set(['path', 'referrer', 'search', 'title', 'url', 'name', 'category', 'keywords']),
  ],
  ['$screen', new Set(['name', 'category'])],
]);

/** Warnings with what was meant; each is looked for among all that the events declare. */
const SUGGESTIONS_MAX = 100;

type Root = Path['root'];

export function warnOfProperties(
  warned: Warned,
  mentioned: readonly Mentioned[],
  warnings: FaultList,
): void {
  const { catalog, contracts, context, sections } = warned;
  if (![...contracts.values()].some((contract) => contract.lists)) return;
  const properties = new PropertyCheck(contracts, warnings);
  for (const { name, kind, on, value, by } of catalog.features) {
    const entries = context.declared.features.get(name)!.node.entries!;
    if (!SELECTING.has(kind)) properties.paths(value, entries.get(kind), on);
    properties.paths(by ?? [], entries.get('by'), on);
  }
  for (const trigger of catalog.triggers) {
    const { name, per } = trigger;
    if (per === null) continue;
    const node = sections.maps.triggers.get(name)!.entries!.get('per');
    for (const on of selectorsOf(trigger)) properties.paths([per], node, on);
  }
  const atHand = new EventsAtHand(catalog, sections.contactPolicy);
  for (const { note, mention, offset } of mentioned) {
    if (mention.kind !== 'property') continue;
    const on = atHand.at(note.node);
    if (on !== null) properties.check(mention.root, mention.steps, on, note.node, offset);
  }
  for (const [name, entry] of testEvents(sections.maps.tests)) properties.sent(name, entry, []);
}

class PropertyCheck {
  private readonly carried = new Map<readonly string[], Map<string, boolean>>();

  constructor(
    private readonly contracts: ReadonlyMap<string, EventContract>,
    private readonly warnings: FaultList,
  ) {}

  /** Paths of a feature or a trigger; each may be that of some of the events. */
  paths(paths: readonly Path[], node: Located | undefined, on: EventSelector): void {
    if (node === undefined) return;
    paths.forEach(({ root, steps }, index) => {
      const at = node.items?.[index] ?? node;
      // What is inside a list is not declared.
      const each = steps.findIndex((step) => step.each);
      const known = each < 0 ? steps : steps.slice(0, each + 1);
      const keys = known.map((step) => step.key);
      this.check(root, keys, on, at, offsetIn(at, root.length + 1));
    });
  }

  /** Properties that a test sends. */
  sent(name: string, node: Located, above: readonly string[]): void {
    if (contractRoot(name) !== 'properties') return;
    const on = { any: false, names: [name] };
    for (const [key, entry] of node.entries ?? []) {
      const steps = [...above, key];
      const walked = entry.entries !== null && this.isOnlyPart(name, steps);
      if (walked) this.sent(name, entry, steps);
      else this.check('properties', steps, on, entry, entry.keyOffset);
    }
  }

  check(
    root: Root,
    steps: readonly string[],
    { any, names }: EventSelector,
    node: Located,
    offset: number,
  ): void {
    if (any || names.length === 0 || root === 'context' || this.warnings.full) return;
    const text = steps.join('.');
    if (this.isCarried(names, root, steps, text)) return;
    const of = names.length > 3 ? `any of ${names.length} events` : names.join(' or ');
    this.warnings.at(node, `\`events\` declares no property "${text}" of ${of}`, {
      found: text,
      suggestion: this.nearest(text, names),
      offset,
    });
  }

  private nearest(text: string, events: readonly string[]): string | null {
    if (this.warnings.size >= SUGGESTIONS_MAX) return null;
    return suggest(text, new Set(events.flatMap((event) => [...this.declaredBy(event)])));
  }

  private declaredBy(event: string): Iterable<string> {
    return this.contracts.get(event)!.types.keys();
  }

  /** Whether one of the events may carry it; remembered by the list of names, which is shared. */
  private isCarried(
    names: readonly string[],
    root: Root,
    steps: readonly string[],
    text: string,
  ): boolean {
    const known = this.carried.get(names) ?? new Map<string, boolean>();
    this.carried.set(names, known);
    let carried = known.get(`${root}.${text}`);
    if (carried === undefined) {
      carried = names.some((name) => this.mayCarry(name, root, steps));
      known.set(`${root}.${text}`, carried);
    }
    return carried;
  }

  private mayCarry(event: string, root: Root, steps: readonly string[]): boolean {
    const contract = this.contracts.get(event);
    if (contract === undefined || !contract.lists || contractRoot(event) !== root) return true;
    if (STANDARD.get(event)?.has(steps[0]!) === true) return true;
    for (let i = 1; i <= steps.length; i++) {
      const type = contract.types.get(steps.slice(0, i).join('.'));
      // Whatever is inside of what is declared; that one cannot walk into a text is a fault.
      if (type !== undefined) return true;
    }
    return this.isOnlyPart(event, steps);
  }

  /** Whether it is not declared itself, but something inside of it is. */
  private isOnlyPart(event: string, steps: readonly string[]): boolean {
    const types = this.contracts.get(event)?.types;
    if (types === undefined || types.has(steps.join('.'))) return false;
    const start = `${steps.join('.')}.`;
    for (const declared of types.keys()) if (declared.startsWith(start)) return true;
    return false;
  }
}
