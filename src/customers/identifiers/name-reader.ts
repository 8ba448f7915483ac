// Hot path for calls that name somebody in more than one way. All that a call says of who it is: the
// strongest name is the one it is submitted under, the others are names of the same customer.
//
//   userId       a customer's own id, or `<kind>:<value>` of an identifier
//   anonymousId  a visitor's
//   context.externalIds, traits of an identify that a rule marks: identifiers
//   previousId   of an alias call: a name that is to be this customer's, never the one that acts
//
// An id that stands for nobody ("undefined") is a customer as it always was, and is joined with none:
// everybody's visitors would become one person.

import type { CallNames, Named, NamedBy, Nameless } from '../../gateway/call-names.ts';
import {
  type IdentifierRules,
  kindRank,
  type NamedAlias,
  type Naming,
  type UnusableName,
  USER_ALONE,
  VISITOR_ALONE,
} from '../../model/identity.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { EXTERNAL_IDS_MAX, kindOfExternalId } from './external-ids.ts';
import type { IdentifierReader, ReadIdentifier } from './identifier-reader.ts';
import { idNamesNobody } from './names-nobody.ts';
import { whyNoExternalId } from './no-external-id.ts';

/** Names beside the strongest that one call may give. */
export const ALIASES_MAX = 16;

/** What is in force now. */
export interface NamingSource {
  rules(): IdentifierRules;
  /** Whose phone numbers may come without a country code. */
  country(): string | null;
  /** The known name that a misspelt one most likely means; null = none is near. */
  suggest(found: string, known: Iterable<string>): string | null;
}

const VISITOR = 'anonymous:';

export class NameReader implements CallNames {
  constructor(
    private readonly source: NamingSource,
    private readonly identifiers: IdentifierReader,
  ) {}

  read(call: NamedBy): Named | Nameless {
    const rules = this.source.rules();
    const { type, userId, anonymousId, context } = call;
    const found = new FoundNames(rules);
    let keptId: string | null = null;
    if (userId !== null) {
      const user = this.fromId(userId, rules);
      if ('reason' in user) return unusableId(user);
      if (isPlaceholder(user)) {
        return alone(user, true, [{ kind: user.kind, reason: 'names_nobody' }]);
      }
      keptId = user.id;
      found.add(user);
    }
    if (Object.hasOwn(context, 'externalIds')) {
      this.readExternalIds(context.externalIds, rules, found);
    }
    if (type === 'identify') this.readTraits(call.traits, rules, found);
    if (anonymousId !== null) {
      const visitor = visitorOf(anonymousId);
      if (!idNamesNobody(anonymousId)) found.add(visitor);
      else if (found.names.length === 0) return alone(visitor, false, found.unusable);
      else found.refuse({ kind: 'anonymous', reason: 'names_nobody' });
    }
    if (found.names.length === 0) return this.nobody(call, found.unusable);
    if (call.previousId !== null) found.addPrevious(this.previous(call.previousId, rules));
    return named(keptId, found);
  }

  idOf(text: string): string | null {
    const name = this.fromId(text, this.source.rules());
    return 'reason' in name ? null : name.id;
  }

  whyNot(text: string): string | null {
    const name = this.fromId(text, this.source.rules());
    return 'reason' in name ? whyNot(name) : null;
  }

  private nobody({ context }: NamedBy, [unusable]: readonly UnusableName[]): Nameless {
    if (unusable === undefined) {
      const { source } = this;
      const why = whyNoExternalId(context.externalIds, source.rules(), source.suggest);
      if (why !== null) return { kind: 'nameless', ...why };
      const message =
        "'userId', 'anonymousId' or an identifier in 'context.externalIds' is required.";
      return { kind: 'nameless', message, path: 'userId' };
    }
    const path = Object.hasOwn(context, 'externalIds') ? 'context.externalIds' : 'traits';
    return { kind: 'nameless', message: `'${path}' names nobody: ${whyNot(unusable)}.`, path };
  }

  private readExternalIds(
    externalIds: JsonValue | undefined,
    rules: IdentifierRules,
    found: FoundNames,
  ): void {
    if (!Array.isArray(externalIds)) return;
    const country = this.source.country();
    const count = Math.min(externalIds.length, EXTERNAL_IDS_MAX);
    for (let i = 0; i < count; i++) {
      const entry = externalIds[i];
      const kind = kindOfExternalId(entry, rules);
      if (kind === null) continue;
      found.take(this.identifiers.read(kind, (entry as JsonObject).id, country));
    }
  }

  private readTraits(traits: JsonObject, rules: IdentifierRules, found: FoundNames): void {
    const country = this.source.country();
    for (const { kind, trait } of rules.values()) {
      if (trait === null || !Object.hasOwn(traits, trait)) continue;
      found.take(this.identifiers.read(kind, traits[trait], country));
    }
  }

  /** What an id of a customer names: one of its own, or an identifier or visitor. */
  private fromId(id: string, rules: IdentifierRules): ReadIdentifier {
    const colon = id.indexOf(':');
    const kind = colon > 0 ? id.slice(0, colon) : '';
    if (kind === 'anonymous') return visitorOf(id.slice(colon + 1));
    if (!rules.has(kind)) return { id, kind: 'user', value: null, otherwise: null };
    const read = this.identifiers.readId(kind, id.slice(colon + 1), this.source.country());
    return read ?? { kind, reason: 'invalid' };
  }

  /** A customer's id, or else a visitor's: callers do not say which. */
  private previous(previousId: string, rules: IdentifierRules): ReadIdentifier {
    const name = this.fromId(previousId, rules);
    if ('reason' in name) return name;
    if (isPlaceholder(name)) return { kind: name.kind, reason: 'names_nobody' };
    return name.kind === 'user' ? { ...name, otherwise: visitorOf(previousId) } : name;
  }
}

/** The names of one call, each once, the strongest first. */
class FoundNames {
  readonly names: NamedAlias[] = [];
  unusable: UnusableName[] = NO_UNUSABLE;

  constructor(private readonly rules: IdentifierRules) {}

  take(read: ReadIdentifier | null): void {
    if (read === null) return;
    if ('reason' in read) this.refuse(read);
    else this.add(read);
  }

  /** There are few, and most come in this order. */
  add(name: NamedAlias): void {
    const { names, rules } = this;
    const rank = kindRank(name.kind, rules);
    let at = names.length;
    for (; at > 0; at--) {
      const before = names[at - 1]!;
      if (before.id === name.id) return;
      const rankBefore = kindRank(before.kind, rules);
      if (rankBefore < rank || (rankBefore === rank && before.id < name.id)) break;
    }
    if (at === names.length) names.push(name);
    else names.splice(at, 0, name);
  }

  /** One reason of one kind is told once. */
  refuse(name: UnusableName): void {
    const isKnown = ({ kind, reason }: UnusableName) =>
      kind === name.kind && reason === name.reason;
    if (!this.unusable.some(isKnown)) this.unusable = [...this.unusable, name];
  }

  /** What is renamed is looked up before all other names: as the id of a customer, mostly. */
  addPrevious(read: ReadIdentifier): void {
    if ('reason' in read) this.refuse(read);
    else if (!this.names.some(({ id }) => id === read.id)) this.names.splice(1, 0, read);
  }
}

const NO_UNUSABLE: UnusableName[] = [];

function visitorOf(anonymousId: string): NamedAlias {
  return { id: VISITOR + anonymousId, kind: 'anonymous', value: null, otherwise: null };
}

/** Whether an id of a customer or a visitor stands for nobody. */
function isPlaceholder({ kind, id }: NamedAlias): boolean {
  if (kind === 'user') return idNamesNobody(id);
  return kind === 'anonymous' && idNamesNobody(id.slice(VISITOR.length));
}

function named(userId: string | null, { names, unusable }: FoundNames): Named {
  const { id: customerId, kind, value } = names[0]!;
  const isAlone = names.length === 1 && unusable.length === 0;
  let naming: Naming;
  if (isAlone && kind === 'user') naming = USER_ALONE;
  else if (isAlone && kind === 'anonymous') naming = VISITOR_ALONE;
  else naming = { kind, value, aliases: names.slice(1, 1 + ALIASES_MAX), unusable };
  return { kind: 'named', customerId, userId, naming };
}

/** Of a name that is joined with no other. */
function alone(
  { id, kind }: NamedAlias,
  isUser: boolean,
  unusable: readonly UnusableName[],
): Named {
  const naming: Naming = { ...(kind === 'user' ? USER_ALONE : VISITOR_ALONE), unusable };
  return { kind: 'named', customerId: id, userId: isUser ? id : null, naming };
}

function unusableId(name: UnusableName): Nameless {
  return { kind: 'nameless', message: `'userId' names nobody: ${whyNot(name)}.`, path: 'userId' };
}

function whyNot({ kind, reason }: UnusableName): string {
  return reason === 'invalid' ? `no ${kind} has that form` : `such a ${kind} stands for nobody`;
}
