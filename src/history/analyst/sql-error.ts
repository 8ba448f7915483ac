// Errors of the SQL endpoint, in ClickHouse's words and with its HTTP statuses.

/** An error with ClickHouse's code; `message` is the whole text a client sees. */
export class SqlError extends Error {
  constructor(
    readonly code: number,
    text: string,
    readonly status: number,
  ) {
    super(text.startsWith('Code: ') ? text : worded(code, text));
    this.name = 'SqlError';
  }
}

/** Names of the codes that are told here: clients find the code by the name at the end. */
const NAMES: Readonly<Record<number, string>> = {
  33: 'CANNOT_READ_ALL_DATA',
  36: 'BAD_ARGUMENTS',
  40: 'CHECKSUM_DOESNT_MATCH',
  48: 'NOT_IMPLEMENTED',
  62: 'SYNTAX_ERROR',
  73: 'UNKNOWN_FORMAT',
  81: 'UNKNOWN_DATABASE',
  89: 'UNKNOWN_COMPRESSION_METHOD',
  164: 'READONLY',
  202: 'TOO_MANY_SIMULTANEOUS_QUERIES',
  209: 'SOCKET_TIMEOUT',
  271: 'CANNOT_DECOMPRESS',
  307: 'TOO_MANY_BYTES',
  354: 'ZLIB_INFLATE_FAILED',
  396: 'TOO_MANY_ROWS_OR_BYTES',
  452: 'SETTING_CONSTRAINT_VIOLATION',
  467: 'CANNOT_PARSE_BOOL',
  516: 'AUTHENTICATION_FAILED',
  1000: 'POCO_EXCEPTION',
  1002: 'UNKNOWN_EXCEPTION',
};

function worded(code: number, text: string): string {
  const name = NAMES[code];
  return `Code: ${code}. DB::Exception: ${text}.${name === undefined ? '' : ` (${name})`}`;
}

const NOT_FOUND = [46, 47, 60, 81, 115, 16, 8];
const BAD_REQUEST = [
  6, 26, 27, 36, 38, 41, 42, 43, 44, 50, 53, 62, 63, 69, 70, 72, 73, 117, 184, 215, 386, 456, 457,
];

/** What the engine threw, as the error a client of a server would get; paths are left out. */
export function sqlErrorOf(error: unknown): SqlError {
  const text = textOf(error);
  const match = /^Code: (\d+)\. DB::Exception: /.exec(text);
  if (match === null) return new SqlError(1002, 'The engine failed', 500);
  const code = Number(match[1]);
  return new SqlError(code, saidOnce(text.trim()).slice(0, 4_000), statusOf(code));
}

/** What passed several hands of the engine has beginning and end of each around it. */
function saidOnce(text: string): string {
  return text
    .replace(/^(?:Code: \d+\. DB::Exception: )+(?=Code: \d+\. DB::Exception: )/, '')
    .replace(/ (\([A-Z][A-Z0-9_]+\))(?: \(version [^)]*\)\.? \1)+/, ' $1');
}

/** The client takes the code out of the message; clients of the endpoint look for it there. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, type } = error as { code?: unknown; type?: unknown };
  if (type === undefined || !/^\d+$/.test(String(code))) return error.message;
  return `Code: ${code}. DB::Exception: ${error.message.trim()} (${type})`;
}

function statusOf(code: number): number {
  if (BAD_REQUEST.includes(code)) return 400;
  if (NOT_FOUND.includes(code)) return 404;
  if (code === 159) return 408;
  if (code === 164 || code === 497) return 403;
  if (code === 202) return 503;
  return 500;
}
