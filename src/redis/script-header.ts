// Reads the fixed header of a Lua file and checks the body against it:
//
//   #!lua flags=allow-oom                       optional, first line
//   -- Commits … and why it must be atomic      one or more lines
//   -- KEYS[1] state · string · expires in ARGV[3] ms
//   -- ARGV[1] expectedEtag · bytes · '' = absent
//   -- ARGV[6..] records · string · one each
//   -- RETURNS …
//   -- STATUS 0 committed · what it means
//   -- COST commands per call, bounds of its loops
//
// Other comment lines continue the line above them. The header ends at the first other line.

/** One KEYS[n] or ARGV[n] of a header. */
export interface ScriptParameter {
  readonly name: string;
  readonly type: string;
  /** Expiry of a key; unit or meaning of an argument. */
  readonly note: string;
}

export interface ScriptHeader {
  /** What it does and why it is atomic. */
  readonly purpose: string;
  readonly keys: readonly ScriptParameter[];
  /** The last key stands for one or more. */
  readonly keysVariadic: boolean;
  readonly args: readonly ScriptParameter[];
  /** The last argument stands for zero or more. */
  readonly argsVariadic: boolean;
  readonly returns: string;
  /** Status name → what the script answers with. */
  readonly statuses: ReadonlyMap<string, number>;
  readonly cost: string;
}

const PARAMETER = /^(KEYS|ARGV)\[(\d+)(\.\.)?\]\s+([^·]+?)\s*·\s*([^·]+?)\s*·\s*(.+)$/;
const STATUS = /^STATUS\s+(-?\d+)\s+([a-z_]+)\s*·\s*(.+)$/;

/** @throws Error naming the file and every disagreement */
export function readScriptHeader(file: string, source: string): ScriptHeader {
  const lines = source.split('\n');
  const start = lines[0]?.startsWith('#!') ? 1 : 0;
  let end = start;
  while (lines[end]?.startsWith('--')) end++;
  const entries = joinContinuations(lines.slice(start, end));

  const faults: string[] = [];
  const parameters = { KEYS: [] as ScriptParameter[], ARGV: [] as ScriptParameter[] };
  const variadic = { KEYS: false, ARGV: false };
  const statuses = new Map<string, number>();
  const texts = { RETURNS: '', COST: '' };
  const purpose: string[] = [];
  for (const entry of entries) {
    const [word = ''] = entry.split(/[\s[]/, 1);
    if (word === 'KEYS' || word === 'ARGV') {
      const match = PARAMETER.exec(entry);
      if (match === null) {
        faults.push(`not "${word}[n] name · type · note": ${entry}`);
        continue;
      }
      const list = parameters[word];
      if (variadic[word]) faults.push(`${word}[${match[2]}] after a variadic one`);
      if (Number(match[2]) !== list.length + 1) faults.push(`${word}[${match[2]}] out of order`);
      variadic[word] = match[3] !== undefined;
      list.push({ name: match[4]!, type: match[5]!, note: match[6]! });
    } else if (word === 'STATUS') {
      const match = STATUS.exec(entry);
      if (match === null) faults.push(`not "STATUS number name · meaning": ${entry}`);
      else statuses.set(match[2]!, Number(match[1]));
    } else if (word === 'RETURNS' || word === 'COST') {
      texts[word] = entry.slice(word.length).trim();
    } else {
      purpose.push(entry);
    }
  }
  if (purpose.length === 0) faults.push('no purpose');
  if (parameters.KEYS.length === 0) faults.push('no KEYS');
  if (texts.RETURNS === '') faults.push('no RETURNS');
  if (texts.COST === '') faults.push('no COST');
  if (statuses.size === 0) faults.push('no STATUS');

  const body = withoutComments(lines.slice(end).join('\n'));
  checkUse(body, 'KEYS', parameters.KEYS.length, variadic.KEYS, faults);
  checkUse(body, 'ARGV', parameters.ARGV.length, variadic.ARGV, faults);
  if (faults.length > 0) throw new Error(`${file}: header: ${faults.join('; ')}`);
  return {
    purpose: purpose.join(' '),
    keys: parameters.KEYS,
    keysVariadic: variadic.KEYS,
    args: parameters.ARGV,
    argsVariadic: variadic.ARGV,
    returns: texts.RETURNS,
    statuses,
    cost: texts.COST,
  };
}

const STARTS = /^(KEYS\[|ARGV\[|RETURNS\b|STATUS\b|COST\b)/;

function joinContinuations(lines: readonly string[]): string[] {
  const entries: string[] = [];
  for (const line of lines) {
    const text = line.replace(/^--+\s*/, '').trimEnd();
    if (text === '') continue;
    const previous = entries.length - 1;
    if (STARTS.test(text) || previous < 0) entries.push(text);
    else entries[previous] += ` ${text}`;
  }
  return entries;
}

/** The body may use neither more nor fewer than the header declares. */
function checkUse(
  body: string,
  table: 'KEYS' | 'ARGV',
  declared: number,
  variadic: boolean,
  faults: string[],
): void {
  const used = new Set<number>();
  let dynamic = false;
  for (const [, index = ''] of body.matchAll(new RegExp(`\\b${table}\\s*\\[([^\\]]*)\\]`, 'g'))) {
    if (/^\s*\d+\s*$/.test(index)) used.add(Number(index));
    else dynamic = true;
  }
  // The table as a whole: `#ARGV`, `unpack(ARGV, 4)`.
  if (new RegExp(`\\b${table}\\b(?!\\s*\\[)`).test(body)) dynamic = true;
  for (const index of used) {
    if (index < 1 || (index > declared && !variadic)) {
      faults.push(`${table}[${index}] is used but not declared`);
    }
  }
  for (let index = 1; index <= declared; index++) {
    const isRest = variadic && index === declared;
    if (!used.has(index) && !isRest) faults.push(`${table}[${index}] is declared but not used`);
  }
  if (dynamic && !variadic) faults.push(`${table} is indexed, but the header has no ${table}[n..]`);
  if (!dynamic && variadic) faults.push(`${table}[${declared}..] is declared but not walked`);
}

function withoutComments(text: string): string {
  return text.replace(/--\[\[[\s\S]*?\]\]/g, '').replace(/--.*$/gm, '');
}
