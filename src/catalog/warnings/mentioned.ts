// Mentions of all expressions of a catalog, each with the definition that it belongs to.

import type { Note } from '../compile-context.ts';
import { type Mention, mentionsOf } from '../expressions/mentions.ts';
import { offsetIn } from '../located.ts';

/** A mention, where it stands, and in what. */
export interface Mentioned {
  readonly note: Note;
  readonly mention: Mention;
  /** Offset in the file. */
  readonly offset: number;
}

/** The definition that a part of a catalog belongs to. */
export interface Owner {
  /** E.g. `offers`; `contact_policy[0]` is a section of its own. */
  readonly section: string;
  readonly name: string;
  /** What of it, e.g. `when`. */
  readonly key: string;
  /** E.g. the placement of a treatment. */
  readonly under: string;
}

/** All mentions, in the order of the expressions. */
export function mentionedIn(notes: readonly Note[]): readonly Mentioned[] {
  return notes.flatMap((note) =>
    mentionsOf(note.ast).map((mention) => ({
      note,
      mention,
      offset: offsetIn(note.node, note.offset + mention.at),
    })),
  );
}

/** Names of definitions have neither dots nor brackets, so a path tells its owner. */
export function ownerOf(path: string): Owner {
  const [section = '', name = '', key = '', under = ''] = path.split('.');
  return { section, name: name.replace(/\[.*$/, ''), key, under };
}
