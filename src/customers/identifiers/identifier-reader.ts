// Hot path for calls with identifiers. What a caller gave for a phone, a card, … as the name that it
// is, or why it is none. Rules of phone numbers and hashes take some ten microseconds; who sends
// identifiers sends the same ones again and again, and the last few thousand are remembered: by kind,
// since one key of kind and value took 90 ns more to make and to look up.

import { LRUCache } from 'lru-cache';
import type { NamedAlias, UnusableName } from '../../model/identity.ts';
import type { JsonValue } from '../../model/json.ts';
import type { NameHash } from './name-hash.ts';
import { namesNobody } from './names-nobody.ts';
import { bareValue, IDENTIFIER_CHARS_MAX, normalised } from './normalise.ts';

/** Identifiers of one kind that are remembered; with values of a usual length some 2 MB. */
const REMEMBERED_MAX = 5_000;

/** Kinds; catalogs come and go. */
const KINDS_MAX = 32;

/** Spaces around an identifier and separators in it may make it longer than it is. */
const READ_CHARS_MAX = 2 * IDENTIFIER_CHARS_MAX;

export type ReadIdentifier = NamedAlias | UnusableName;

export class IdentifierReader {
  private readonly known = new Map<string, LRUCache<string, ReadIdentifier>>();
  /** Of what is remembered. */
  private country: string | null = null;

  constructor(private hash: NameHash) {}

  /** Makes ids with another secret from now on. */
  use(hash: NameHash): void {
    this.hash = hash;
    this.known.clear();
  }

  /** Null = nothing is said: null, or an empty text. Never throws, whatever the value is. */
  read(kind: string, value: JsonValue | undefined, country: string | null): ReadIdentifier | null {
    if (value === undefined || value === null) return null;
    const text = textOf(value);
    if (text === null || text.length > READ_CHARS_MAX) return { kind, reason: 'invalid' };
    if (country !== this.country) {
      this.known.clear();
      this.country = country;
    }
    let ofKind = this.known.get(kind);
    const known = ofKind?.get(text);
    if (known !== undefined) return known;
    const trimmed = text.trim();
    if (trimmed === '') return null;
    const read = this.readAnew(kind, trimmed, country);
    if (ofKind === undefined) {
      if (this.known.size >= KINDS_MAX) this.known.clear();
      ofKind = new LRUCache({ max: REMEMBERED_MAX });
      this.known.set(kind, ofKind);
    }
    ofKind.set(text, read);
    return read;
  }

  /**
   * As `read`, of what stands behind `<kind>:` where an id is expected: an id that we made, too. The
   * value of such a one is not known.
   */
  readId(kind: string, text: string, country: string | null): ReadIdentifier | null {
    if (this.hash.made(kind, text)) {
      return { id: `${kind}:${text}`, kind, value: null, otherwise: null };
    }
    return this.read(kind, text, country);
  }

  private readAnew(kind: string, text: string, country: string | null): ReadIdentifier {
    if (namesNobody(text) || namesNobody(bareValue(kind, text))) {
      return { kind, reason: 'names_nobody' };
    }
    const value = normalised(kind, text, country);
    if (value === null) return { kind, reason: 'invalid' };
    return { id: this.hash.idOf(kind, value), kind, value, otherwise: null };
  }
}

/** Numbers with all their digits are text; true and false stand for nobody. Null = no identifier. */
function textOf(value: JsonValue): string | null {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Number.isSafeInteger(value) ? String(value) : null;
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return null;
  }
}
