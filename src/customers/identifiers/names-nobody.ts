// Values that programs send where they know nobody: a page that asks its storage for an id and sends
// "undefined", a till that types zeros. Taken for a name, one of them makes everybody one customer.

/** In any letter case, also in quotes. */
const WORDS: ReadonlySet<string> = new Set([
  ...['anonymous', 'guest', 'undefined', 'null', 'none', 'nil', 'nan', 'true', 'false', '-1'],
  ...[
    'id',
    'email',
    'distinct_id',
    'not_authenticated',
    '[object object]',
    'unknown',
    'n/a',
    'unset',
  ],
  ...['distinctid', 'deviceid', 'device_id', 'userid', 'user_id', 'anonymousid', 'anonymous_id'],
  ...['(null)', '(not set)'],
  // What many thousand Android devices answer that are asked who they are, the second as an address.
  ...['9774d56d682e549c', '02:00:00:00:00:00'],
]);

const ZEROS = /^[0-]*$/;

/** `1111`: nobody counts up to it and has it for a phone, a card or a device. */
const REPEATED = /^(\d)\1{3,}$/;

/**
 * Ids of customers are often counted up, and 1111 is one of them then. Six of a kind are rather typed
 * by somebody.
 */
const LONG_REPEATED = /^(\d)\1{5,}$/;

const QUOTES = /^["'`\\\s]+|["'`\\\s]+$/g;

/** Whether a phone, a card, an e-mail or another identifier stands for nobody; '' does, too. */
export function namesNobody(value: string): boolean {
  return isPlaceholder(value, REPEATED);
}

/** As `namesNobody`, of the ids of customers and visitors. Hot path. */
export function idNamesNobody(id: string): boolean {
  return isPlaceholder(id, LONG_REPEATED);
}

/** Longest of the words. */
const WORD_CHARS_MAX = 17;

function isPlaceholder(value: string, repeated: RegExp): boolean {
  const first = value.charCodeAt(0);
  const isLetter = (first | 32) >= 97 && (first | 32) <= 122;
  // Most ids are told from all of these by their first letter and their length.
  if (isLetter && value.length > 2 * WORD_CHARS_MAX) return false;
  const isBare = !isEdge(first) && !isEdge(value.charCodeAt(value.length - 1));
  const text = isBare ? value : value.replace(QUOTES, '');
  if (text.length <= WORD_CHARS_MAX && WORDS.has(text.toLowerCase())) return true;
  return !isLetter && (ZEROS.test(text) || repeated.test(text));
}

/** Whether a character may be one of QUOTES. */
function isEdge(code: number): boolean {
  return code <= 32 || code === 34 || code === 39 || code === 92 || code === 96 || code > 126;
}
