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
import { externalIdentifiers } from './external-ids.ts';
import type { IdentifierReader, ReadIdentifier } from './identifier-reader.ts';
import { idNamesNobody } from './names-nobody.ts';

/** Names beside the strongest that one call may give. */
export const ALIASES_MAX = 16;

/** What is in force now. */
export interface NamingSource {
  rules(): IdentifierRules;
  /** Whose phone numbers may come without a country code. */
  country(): string | null;
}

const VISITOR = 'anonymous:';

export class NameReader implements CallNames {
  constructor(
    private readonly source: NamingSource,
    private readonly identifiers: IdentifierReader,
  ) {}

  read(call: NamedBy): Named | Nameless {
    const rules = this.source.rules();
    const { userId, anonymousId } = call;
    const found = new FoundNames();
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
    this.readIdentifiers(call, rules, found);
    if (anonymousId !== null) {
      const visitor = visitorOf(anonymousId);
      if (!idNamesNobody(anonymousId)) found.add(visitor);
      else if (found.names.length === 0) return alone(visitor, false, found.unusable);
      else found.refuse({ kind: 'anonymous', reason: 'names_nobody' });
    }
    const strongest = found.strongestFirst(rules);
    if (strongest === null) return nobody(call, found.unusable);
    const previous = call.previousId === null ? null : this.previous(call.previousId, rules);
    if (previous !== null) found.addPrevious(previous);
    return named(strongest, keptId, found);
  }

  idOf(text: string): string | null {
    const name = this.fromId(text, this.source.rules());
    return 'reason' in name ? null : name.id;
  }

  private readIdentifiers(
    { type, context, traits }: NamedBy,
    rules: IdentifierRules,
    found: FoundNames,
  ): void {
    const country = this.source.country();
    if (Object.hasOwn(context, 'externalIds')) {
      for (const { kind, value } of externalIdentifiers(context.externalIds, rules)) {
        found.take(this.identifiers.read(kind, value, country));
      }
    }
    if (type !== 'identify') return;
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

/** The names of one call, each once. */
class FoundNames {
  readonly names: NamedAlias[] = [];
  readonly unusable: UnusableName[] = [];

  take(read: ReadIdentifier | null): void {
    if (read === null) return;
    if ('reason' in read) this.refuse(read);
    else this.add(read);
  }

  add(name: NamedAlias): void {
    if (!this.names.some(({ id }) => id === name.id)) this.names.push(name);
  }

  /** One reason of one kind is told once. */
  refuse(name: UnusableName): void {
    const isKnown = ({ kind, reason }: UnusableName) =>
      kind === name.kind && reason === name.reason;
    if (!this.unusable.some(isKnown)) this.unusable.push(name);
  }

  /** What is renamed is looked up before all other names: as the id of a customer, mostly. */
  addPrevious(read: ReadIdentifier): void {
    if ('reason' in read) this.refuse(read);
    else if (!this.names.some(({ id }) => id === read.id)) this.names.splice(1, 0, read);
  }

  /** Puts them in order; null = there are none. */
  strongestFirst(rules: IdentifierRules): NamedAlias | null {
    if (this.names.length > 1) {
      this.names.sort(
        (a, b) => kindRank(a.kind, rules) - kindRank(b.kind, rules) || (a.id < b.id ? -1 : 1),
      );
    }
    return this.names[0] ?? null;
  }
}

function visitorOf(anonymousId: string): NamedAlias {
  return { id: VISITOR + anonymousId, kind: 'anonymous', value: null, otherwise: null };
}

/** Whether an id of a customer or a visitor stands for nobody. */
function isPlaceholder({ kind, id }: NamedAlias): boolean {
  if (kind === 'user') return idNamesNobody(id);
  return kind === 'anonymous' && idNamesNobody(id.slice(VISITOR.length));
}

function named(strongest: NamedAlias, userId: string | null, found: FoundNames): Named {
  const { id: customerId, kind, value } = strongest;
  const { names, unusable } = found;
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

function nobody({ context }: NamedBy, [unusable]: readonly UnusableName[]): Nameless {
  if (unusable === undefined) {
    const message =
      "'userId', 'anonymousId' or an identifier in 'context.externalIds' is required.";
    return { kind: 'nameless', message, path: 'userId' };
  }
  const path = Object.hasOwn(context, 'externalIds') ? 'context.externalIds' : 'traits';
  return { kind: 'nameless', message: `'${path}' names nobody: ${whyNot(unusable)}.`, path };
}

function unusableId(name: UnusableName): Nameless {
  return { kind: 'nameless', message: `'userId' names nobody: ${whyNot(name)}.`, path: 'userId' };
}

function whyNot({ kind, reason }: UnusableName): string {
  return reason === 'invalid' ? `no ${kind} has that form` : `such a ${kind} stands for nobody`;
}
