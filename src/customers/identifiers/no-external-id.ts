// Why `context.externalIds`, where they are all that a call has to name somebody by, name nobody: what is
// context like any other elsewhere is most likely a mistake there.

import type { IdentifierRules } from '../../model/identity.ts';
import type { JsonValue } from '../../model/json.ts';
import { EXTERNAL_IDS_MAX } from './external-ids.ts';

const PATH = 'context.externalIds';
/** What a kind may look like in an answer: a value that stands in its place must not be told again. */
const NAME = /^[A-Za-z][\w-]{0,63}$/;

export interface WhyNobody {
  readonly message: string;
  /** In the caller's body. */
  readonly path: string;
}

/**
 * null = there is nothing in them that could be meant.
 * @param suggest the known name that one most likely means; null = none
 */
export function whyNoExternalId(
  externalIds: JsonValue | undefined,
  rules: IdentifierRules,
  suggest: (found: string, known: Iterable<string>) => string | null,
): WhyNobody | null {
  if (externalIds === undefined || externalIds === null) return null;
  if (!Array.isArray(externalIds)) {
    const message = `'${PATH}' must be a list, like [{"type":"phone","id":"+86 138 0013 8000"}].`;
    return { message, path: PATH };
  }
  for (let i = 0; i < Math.min(externalIds.length, EXTERNAL_IDS_MAX); i++) {
    const entry = externalIds[i];
    const at = `${PATH}[${i}]`;
    const isEntry = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
    const { type = null, id = null } = isEntry ? entry : {};
    if (typeof type !== 'string' || id === null) {
      return { message: `'${at}' must be an object with a 'type' and an 'id'.`, path: at };
    }
    if (rules.has(type)) continue;
    const kinds = [...rules.keys()];
    const near = suggest(type, kinds);
    const found = NAME.test(type) ? ` "${type}"` : '';
    const meant = near === null ? `known are ${kinds.join(', ')}` : `did you mean ${near}?`;
    return { message: `'${at}' names nobody: there is no kind${found} (${meant}).`, path: at };
  }
  return null;
}
