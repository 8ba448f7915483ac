// Blocks of the Native format as the Go client wants them over HTTP (Grafana's plugin is made of it):
// it names its protocol in `client_protocol_version`, and from 54454 on expects a block to begin with
// what is known of it, and each column to say whether its data are written in a special way. The
// embedded engine writes as for no version at all, so both are put in here. Where a column ends only
// its type tells, so that the types are read; of JSON, Dynamic and the like the length is not known
// without reading them in full: those are refused, with what to do instead.

import { SqlError } from './sql-error.ts';

/** The first version with a flag at each column; older ones have a way to find out that it is not there. */
const WITH_FLAGS = 54_454;
/** No overflow rows (field 1), no bucket (field 2), the end. */
const BLOCK_INFO = Buffer.from('010002ffffffff00', 'hex');
const NOT_SPECIAL = Buffer.from([0]);

/** @param version what the caller sent; null = nothing @throws SqlError where a type is not known */
export function nativeFor(version: string | null, body: Uint8Array): Uint8Array {
  if (version === null || !(Number(version) >= WITH_FLAGS)) return body;
  const input = new Input(body);
  const parts: Uint8Array[] = [];
  let from = 0;
  const copy = () => {
    parts.push(body.subarray(from, input.at));
    from = input.at;
  };
  while (!input.atEnd()) {
    parts.push(BLOCK_INFO);
    const columns = input.varint();
    const rows = input.varint();
    for (let i = 0; i < columns; i++) {
      // Its name.
      input.skip(input.varint());
      const type = typeOf(input.text());
      copy();
      parts.push(NOT_SPECIAL);
      if (rows === 0) continue;
      skipPrefix(type, input);
      skipData(type, rows, input);
    }
    copy();
  }
  return Buffer.concat(parts);
}

interface Type {
  readonly name: string;
  readonly args: readonly Type[];
  /** Bytes of a value; 0 = they vary. */
  readonly width: number;
}

const WIDTHS: Readonly<Record<string, number>> = {
  UInt8: 1,
  Int8: 1,
  Bool: 1,
  Enum8: 1,
  Nothing: 1,
  UInt16: 2,
  Int16: 2,
  Enum16: 2,
  Date: 2,
  BFloat16: 2,
  UInt32: 4,
  Int32: 4,
  Float32: 4,
  Date32: 4,
  DateTime: 4,
  Time: 4,
  IPv4: 4,
  UInt64: 8,
  Int64: 8,
  Float64: 8,
  DateTime64: 8,
  Time64: 8,
  UInt128: 16,
  Int128: 16,
  UUID: 16,
  IPv6: 16,
  UInt256: 32,
  Int256: 32,
};

/** Types that are others. */
const SAME_AS: Readonly<Record<string, string>> = {
  Point: 'Tuple(Float64, Float64)',
  Ring: 'Array(Point)',
  LineString: 'Array(Point)',
  MultiLineString: 'Array(LineString)',
  Polygon: 'Array(Ring)',
  MultiPolygon: 'Array(Polygon)',
};

function typeOf(text: string): Type {
  const name = /^\w+/.exec(text)?.[0] ?? '';
  const same = SAME_AS[name];
  if (same !== undefined) return typeOf(same);
  const args = text.endsWith(')') ? argumentsOf(text.slice(name.length + 1, -1)) : [];
  switch (name) {
    case 'Array':
    case 'Nullable':
    case 'LowCardinality':
    case 'Map':
      return { name, args: args.map(typeOf), width: 0 };
    case 'Tuple':
      return { name, args: args.map((arg) => typeOf(unnamed(arg))), width: 0 };
    case 'Nested':
      return typeOf(`Array(Tuple(${args.join(', ')}))`);
    case 'SimpleAggregateFunction':
      return typeOf(args.at(-1) ?? '');
    case 'String':
    case 'JSON':
      return { name, args: [], width: 0 };
    default: {
      const width = WIDTHS[name] ?? widthOf(name, args);
      if (width > 0) return { name, args: [], width };
      throw unknown(text);
    }
  }
}

function widthOf(name: string, args: readonly string[]): number {
  if (name === 'FixedString') return Number(args[0]);
  if (name.startsWith('Interval')) return 8;
  if (name !== 'Decimal') return 0;
  const digits = Number(args[0]);
  if (digits <= 9) return 4;
  if (digits <= 18) return 8;
  return digits <= 38 ? 16 : 32;
}

/** Parts between commas, as far as they stand in no brackets and no quotes. */
function argumentsOf(text: string): string[] {
  const args: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[(),]/gs)) {
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (token === ',' && depth === 0) {
      args.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  if (text.trim() !== '') args.push(text.slice(start).trim());
  return args;
}

/** The type of a tuple's element, which may have a name before it. */
function unnamed(element: string): string {
  return element.replace(/^(?:`(?:[^`\\]|\\.)*`|\w+)\s+(?=\w)/s, '');
}

function unknown(type: string): SqlError {
  const shown = type.slice(0, 200);
  return new SqlError(
    48,
    `Native for this protocol version cannot have ${shown} here: use toString(), or ` +
      'output_format_native_write_json_as_string=1 for JSON',
    501,
  );
}

/** What stands before the data of a column: versions of the ways in which parts are written. */
function skipPrefix(type: Type, input: Input): void {
  if (type.name === 'LowCardinality') input.skip(8);
  else if (type.name === 'JSON') {
    // As text.
    if (input.u64() !== 1) throw unknown('JSON');
  } else for (const arg of type.args) skipPrefix(arg, input);
}

function skipData(type: Type, rows: number, input: Input): void {
  if (type.width > 0) {
    input.skip(rows * type.width);
    return;
  }
  const [first] = type.args;
  switch (type.name) {
    case 'Nullable':
      input.skip(rows);
      skipData(first!, rows, input);
      return;
    case 'Tuple':
      // Without elements a byte each.
      if (first === undefined) input.skip(rows);
      for (const arg of type.args) skipData(arg, rows, input);
      return;
    case 'Array':
    case 'Map': {
      if (rows === 0) return;
      input.skip((rows - 1) * 8);
      const items = input.u64();
      for (const arg of type.args) skipData(arg, items, input);
      return;
    }
    case 'LowCardinality': {
      if (rows === 0) return;
      // Bytes of an index as a power of two, in the lowest of the flags.
      const indexBytes = 2 ** (input.u64() % 256);
      const keys = input.u64();
      // Of keys that may be NULL one stands for it.
      skipData(first!.name === 'Nullable' ? first!.args[0]! : first!, keys, input);
      input.skip(input.u64() * indexBytes);
      return;
    }
    default:
      for (let i = 0; i < rows; i++) input.skip(input.varint());
  }
}

/** Reads on from where it is. @throws SqlError past the end */
class Input {
  at = 0;
  private readonly bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  atEnd(): boolean {
    return this.at === this.bytes.length;
  }

  skip(bytes: number): void {
    this.at += bytes;
    if (!(this.at <= this.bytes.length)) throw new SqlError(33, 'Cannot read all data', 500);
  }

  u64(): number {
    this.skip(8);
    return Number(this.bytes.readBigUInt64LE(this.at - 8));
  }

  varint(): number {
    let value = 0;
    for (let power = 1; ; power *= 128) {
      this.skip(1);
      const byte = this.bytes[this.at - 1]!;
      value += (byte & 127) * power;
      if (byte < 128) return value;
    }
  }

  text(): string {
    const length = this.varint();
    this.skip(length);
    return this.bytes.toString('utf8', this.at - length, this.at);
  }
}
