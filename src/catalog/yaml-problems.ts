// What the YAML parser has to say about a file, in words for its author. Its warnings are errors:
// `!segment.lapsed` without quotes is a tag to YAML, and would read as an empty text.

import { type Document, type Node, type Scalar, visit } from 'yaml';
import { type FaultList, type Places, quote } from './fault.ts';

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
    this.faults.misreads(this.file, offset, path, tagMessage(tag), detail);
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
    const problems = [...this.document.errors, ...this.document.warnings]
      .map(({ code, pos, message }) => ({ code, pos, message, line: this.lineOf(pos[0]) }))
      .filter(({ code, pos, line }) =>
        // What follows a tag (`!a || b`) is misread because of it: one mistake, one fault.
        code === TAG ? !this.told.has(pos[0]) : !tagged.has(line),
      )
      .sort((a, b) => a.pos[0] - b.pos[0]);
    const open = this.openQuote();
    if (open !== null) {
      const text = 'not valid YAML: the quotes that open here are never closed';
      const all = { fromLine: 1, untilLine: Number.POSITIVE_INFINITY };
      this.faults.misreads(this.file, open, '', text, {}, all);
      return;
    }
    // The parser trips over one mistake several times, on its line and on the next.
    for (let from = 0, next = 0; from < problems.length; from = next) {
      const first = problems[from]!;
      for (next = from + 1; next < problems.length; next++) {
        if (problems[next]!.line > problems[next - 1]!.line + 1) break;
      }
      const { code, pos, message } = first;
      const same = problems.slice(from, next).map((problem) => problem.code);
      const text = this.problemMessage(code, same, pos, message);
      const untilLine = problems[next - 1]!.line;
      this.faults.misreads(this.file, pos[0], '', text, {}, { fromLine: first.line, untilLine });
    }
  }

  /** Where a text in quotes starts that takes the rest of the file with it; null without one. */
  private openQuote(): number | null {
    if (!this.document.errors.some(({ message }) => /^Missing closing .quote/.test(message))) {
      return null;
    }
    let open: number | null = null;
    visit(this.document, {
      Scalar(_, { type, range }) {
        if (type?.startsWith('QUOTE_') && range != null) open = Math.max(open ?? 0, range[0]);
      },
    });
    return open;
  }

  private lineOf(offset: number): number {
    return this.file.position(offset).line;
  }

  private problemMessage(
    code: string,
    same: readonly string[],
    [from, until]: readonly [number, number],
    message: string,
  ): string {
    const [found = ''] = this.file.text.slice(from, until).split('\n');
    switch (code) {
      case TAG:
        return tagMessage(message.slice(message.indexOf('!')));
      case 'BLOCK_AS_IMPLICIT_KEY':
        if (same.includes('MULTILINE_IMPLICIT_KEY')) {
          return 'not valid YAML: found a text here and more below it, indented deeper';
        }
        return COLON;
      case 'BLOCK_IN_FLOW':
        return COLON;
      case 'BAD_ALIAS':
      case 'BAD_SCALAR_START':
        return `not valid YAML: no text can start with ${found[0]} in YAML, ${QUOTES}`;
      case 'MISSING_CHAR':
        if (!found.startsWith('#')) break;
        return `not valid YAML: ${quote(found)} is a comment to YAML, ${QUOTES}`;
      case 'UNEXPECTED_TOKEN':
        if (!message.includes('at node end')) break;
        return `not valid YAML: found ${quote(found)} after the end of a text, ${QUOTES}`;
      case 'MULTIPLE_DOCS':
        return 'found a second document (---), expected one in a file';
    }
    return `not valid YAML: ${message.split('\n')[0]}`;
  }
}

const QUOTES = 'put quotes around the whole text';
const COLON = `not valid YAML: found ": " within a text, ${QUOTES}`;

function tagMessage(tag: string): string {
  return `found ${tag}, which YAML reads as a tag: put quotes around the whole expression`;
}
