// Where a file cannot be read as meant. Warnings of the YAML parser are errors, too:
// `!segment.lapsed` without quotes is a tag to YAML, and would read as an empty text.

import type { Node, Scalar } from 'yaml';
import type { FaultList } from './fault.ts';
import type { FileText } from './file-text.ts';
import type { Located } from './located.ts';
import type { MendedYaml } from './mend-yaml.ts';
import { TAG, tagMessage } from './yaml-messages.ts';

/** The problems of one file. Tags that are met on the way are told with their path, the rest after. */
export class YamlProblems {
  /** Where unknown tags stand, ascending. */
  private readonly tags: readonly number[];
  private readonly told = new Set<number>();

  constructor(
    private readonly mended: MendedYaml,
    private readonly file: FileText,
    private readonly faults: FaultList,
  ) {
    const { warnings } = mended.document;
    const tags = warnings.filter(({ code }) => code === TAG).map(({ pos }) => pos[0]);
    this.tags = tags.sort((a, b) => a - b);
  }

  /** Where an unknown tag of the node stands, after a fault; null without one. */
  refuseTag(node: Node, path: string): number | null {
    const { tag, range } = node as Node & { readonly tag?: string };
    if (!tag?.startsWith('!')) return null;
    const offset = lastUpTo(this.tags, range?.[0] ?? 0) ?? 0;
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

  /** All that was not told yet: lines that could not be read, and warnings. */
  report(root: Located | null): void {
    for (const { offset, line, message, derails } of this.mended.mistakes) {
      const path = root === null ? '' : (pathOn(root, this.file, line) ?? '');
      const untilLine = derails ? Number.POSITIVE_INFINITY : line;
      this.faults.misreads(
        this.file,
        offset,
        path,
        message,
        {},
        { fromLine: line, untilLine, path },
      );
    }
    for (const { code, pos, message } of this.mended.document.warnings) {
      if (code === TAG && this.told.has(pos[0])) continue;
      this.faults.add(this.file, pos[0], '', `not valid YAML: ${message.split('\n')[0]}`);
    }
  }
}

/** The last of ascending numbers that is at most `max`. */
function lastUpTo(numbers: readonly number[], max: number): number | undefined {
  let from = 0;
  let until = numbers.length;
  while (from < until) {
    const middle = (from + until) >>> 1;
    if (numbers[middle]! <= max) from = middle + 1;
    else until = middle;
  }
  return numbers[from - 1];
}

/** The path of the first entry whose name stands on a line. */
function pathOn(node: Located, file: FileText, line: number): string | null {
  for (const entry of node.entries?.values() ?? node.items ?? []) {
    if (entry.file !== file) continue;
    if (file.position(entry.keyOffset).line === line) return entry.path;
    const found = pathOn(entry, file, line);
    if (found !== null) return found;
  }
  return null;
}
