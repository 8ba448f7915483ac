// The files of a catalog, as their author wrote them.

import { LineCounter } from 'yaml';

/** A catalog file as text. `path` is relative to the catalog's folder, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A file whose offsets can be told as line and column. */
export class FileText {
  private readonly lines = new LineCounter();

  constructor(
    readonly path: string,
    readonly text: string,
  ) {
    this.lines.addNewLine(0);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      this.lines.addNewLine(at + 1);
    }
  }

  position(offset: number): { line: number; column: number } {
    const { line, col } = this.lines.linePos(Math.min(offset, this.text.length));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** Where a line starts; lines count from 1. */
  lineStart(line: number): number {
    return this.lines.lineStarts[line - 1] ?? this.text.length;
  }
}
