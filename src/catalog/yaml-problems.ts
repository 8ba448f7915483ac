// What the YAML parser has to say about a file, in words for its author. Its warnings are errors:
// `!segment.lapsed` without quotes is a tag to YAML, and would read as an empty text.

import type { Document, Node, Scalar } from 'yaml';
import type { FaultList, Places } from './fault.ts';

const TAG = 'TAG_RESOLVE_FAILED';

/** The problems of one file. Tags that are met on the way are told with their path, the rest after. */
export class YamlProblems {
  /** Where unknown tags stand. */
  private readonly tags: readonly number[];
  private readonly told = new Set<number>();

  constructor(
    private readonly document: Document,
    private readonly file: Places & { readonly text: string },
    private readonly faults: FaultList,
  ) {
    this.tags = document.warnings.filter(({ code }) => code === TAG).map(({ pos }) => pos[0]);
  }

  /** Where an unknown tag of the node stands, after a fault; null without one. */
  refuseTag(node: Node, path: string): number | null {
    const { tag, range } = node as Node & { readonly tag?: string };
    if (!tag?.startsWith('!')) return null;
    const offset = this.tags.filter((at) => at <= (range?.[0] ?? 0)).at(-1) ?? 0;
    this.told.add(offset);
    const detail = { found: tag, expected: 'an expression in quotes' };
    this.faults.add(this.file, offset, path, tagMessage(tag), detail);
    return offset;
  }

  /** The expression that its author took a tag for, with what follows; `true` where unclear. */
  meantByTag(tagOffset: number, node: Scalar): string {
    const line = this.file.text.slice(tagOffset, node.range?.[1] ?? tagOffset);
    return line.length > 0 && !line.includes('\n') && node.type === 'PLAIN' ? line : 'true';
  }

  /** All that was not told yet. */
  report(): void {
    const tagged = new Set(this.tags.map((offset) => this.file.position(offset).line));
    for (const { code, pos, message } of [...this.document.errors, ...this.document.warnings]) {
      const [offset] = pos;
      // What follows a tag (`!a || b`) is misread because of it: one mistake, one fault.
      const told =
        code === TAG ? this.told.has(offset) : tagged.has(this.file.position(offset).line);
      if (!told) this.faults.add(this.file, offset, '', problemMessage(code, message));
    }
  }
}

function tagMessage(tag: string): string {
  return `found ${tag}, which YAML reads as a tag: put quotes around the whole expression`;
}

function problemMessage(code: string, message: string): string {
  switch (code) {
    case TAG:
      return tagMessage(message.slice(message.indexOf('!')));
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'not valid YAML: found ": " within a text, put quotes around the whole text';
    case 'MULTIPLE_DOCS':
      return 'found a second document (---), expected one in a file';
    default:
      return `not valid YAML: ${message.split('\n')[0]}`;
  }
}
