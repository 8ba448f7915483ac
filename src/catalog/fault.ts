// What is wrong with a catalog, said so that its author can mend it without reading our code.

/** One fault, at one place. Lines and columns count from 1; 0 = the file as a whole. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where in the catalog, e.g. `offers.welcome.caps[0].max`; '' for a whole file. */
  readonly path: string;
  /** One sentence without position and suggestion. */
  readonly message: string;
  /** What stands there, as written; null where that says nothing. */
  readonly found: string | null;
  /** What could stand there; null where the message says it. */
  readonly expected: string | null;
  /** The known name nearest to a misspelt one. */
  readonly suggestion: string | null;
}

/** A file whose offsets can be told as line and column. */
export interface Places {
  readonly path: string;
  position(offset: number): { line: number; column: number };
}

/** A part of a file. */
export interface Placed {
  readonly file: Places;
  readonly path: string;
  readonly offset: number;
}

/** What a fault may say beside its place. */
export interface FaultDetail {
  readonly found?: string | null;
  readonly expected?: string | null;
  readonly suggestion?: string | null;
  /** Offset in the file's text, where it is more exact than the start of the node. */
  readonly offset?: number;
}

/** Faults kept at most; a file of garbage must not make a report of millions. */
export const FAULTS_MAX = 1_000;

/** Where a file could not be read as meant: what else is wrong there follows from that. */
interface Misread {
  readonly fault: Fault;
  /** Lines of the file, the last included; 0 and 0 = only what `path` says. */
  readonly fromLine: number;
  readonly untilLine: number;
  /** A part of the catalog with all that is in it; '' = only what `untilLine` says. */
  readonly path: string;
}

/** Collects faults; nothing stops at the first one. */
export class FaultList {
  private readonly faults: Fault[] = [];
  private readonly misread: Misread[] = [];

  get size(): number {
    return this.faults.length;
  }

  /** Whether no more are kept: nothing needs to be looked for that only a fault would tell. */
  get full(): boolean {
    return this.faults.length >= FAULTS_MAX;
  }

  /** A fault at a node of a parsed file. */
  at(node: Placed, message: string, detail: FaultDetail = {}): void {
    this.add(node.file, detail.offset ?? node.offset, node.path, message, detail);
  }

  /** A fault at an offset of a file. */
  add(file: Places, offset: number, path: string, message: string, detail: FaultDetail = {}): void {
    if (this.faults.length >= FAULTS_MAX) return;
    this.faults.push({
      file: file.path,
      ...file.position(offset),
      path,
      message,
      found: detail.found ?? null,
      expected: detail.expected ?? null,
      suggestion: detail.suggestion ?? null,
    });
  }

  /**
   * A fault after which something cannot be understood: it stands for all other faults there.
   * @param spoilt lines of the file, the last included, or a path with all below it.
   */
  misreads(
    file: Places,
    offset: number,
    path: string,
    message: string,
    detail: FaultDetail = {},
    spoilt: Partial<Omit<Misread, 'fault'>> = { path },
  ): void {
    const before = this.faults.length;
    this.add(file, offset, path, message, detail);
    const fault = this.faults[before];
    if (fault === undefined) return;
    this.misread.push({ fault, fromLine: 0, untilLine: 0, path: '', ...spoilt });
  }

  /** Whether something within a part of the catalog could not be read. */
  misreadWithin(path: string): boolean {
    return this.misread.some(
      (each) => isWithin(each.fault.path, path) || (each.path !== '' && isWithin(each.path, path)),
    );
  }

  /** Takes over some faults of another list. */
  take(other: FaultList, which: (fault: Fault) => boolean): void {
    for (const fault of other.faults) {
      if (this.faults.length < FAULTS_MAX && which(fault)) this.faults.push(fault);
    }
  }

  /** All of them, in the order of the files given, then by position, without repeats. */
  sorted(fileOrder: readonly string[]): readonly Fault[] {
    const rank = new Map(fileOrder.map((path, index) => [path, index]));
    const seen = new Set<string>();
    const causes = this.causes();
    return this.faults
      .filter((fault) => !causes.some((cause) => follows(fault, cause)))
      .sort(
        (a, b) =>
          (rank.get(a.file) ?? 0) - (rank.get(b.file) ?? 0) ||
          a.line - b.line ||
          a.column - b.column,
      )
      .filter((fault) => {
        const key = formatFault(fault);
        return seen.has(key) ? false : seen.add(key);
      });
  }

  /** What was misread, less what only follows from another misreading: spoilt lines first. */
  private causes(): readonly Misread[] {
    const causes: Misread[] = [];
    for (const each of this.misread.toSorted((a, b) => b.untilLine - a.untilLine)) {
      if (!causes.some((cause) => follows(each.fault, cause))) causes.push(each);
    }
    return causes;
  }
}

/** Whether a fault only follows from something misread. */
function follows(fault: Fault, { fault: cause, fromLine, untilLine, path }: Misread): boolean {
  if (fault === cause || fault.file !== cause.file) return false;
  if (fault.line >= fromLine && fault.line <= untilLine) return true;
  return path !== '' && isWithin(fault.path, path);
}

/** Whether a path is that of a part, or the same. */
export function isWithin(path: string, whole: string): boolean {
  return path.startsWith(whole) && /^(?:$|[.[])/.test(path.slice(whole.length));
}

/** `file:line:column: path: message (did you mean …?)` */
export function formatFault(fault: Fault): string {
  return formatted(fault, '');
}

function formatted(fault: Fault, kind: string): string {
  const where = fault.line === 0 ? fault.file : `${fault.file}:${fault.line}:${fault.column}`;
  const path = fault.path === '' ? '' : `${fault.path}: `;
  const hint = fault.suggestion === null ? '' : ` (did you mean ${fault.suggestion}?)`;
  return `${where}: ${kind}${path}${fault.message}${hint}`;
}

/** One line per fault. */
export function formatFaults(faults: readonly Fault[]): string {
  return faults.map(formatFault).join('\n');
}

/** One line per warning, as compilers write them: `file:line:column: warning: path: message`. */
export function formatWarnings(warnings: readonly Fault[]): string {
  return warnings.map((warning) => formatted(warning, 'warning: ')).join('\n');
}

/** A value as its author would recognise it, short enough for a message. */
export function quote(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  const text = typeof value === 'string' ? value : String(value);
  const short = text.length > 60 ? `${text.slice(0, 57)}…` : text;
  return typeof value === 'string' ? `"${short.replaceAll('\n', ' ')}"` : short;
}
