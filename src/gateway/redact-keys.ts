// Keys stay out of history. Texts are searched, not parsed: what is kept is cut, or may be no JSON.

/** The end of a text that begins a key like this was cut within it. */
const CUT_CHARS_MIN = 4;

/**
 * Takes out every `writeKey` and `customerToken` with its value (an unclosed one too), and wherever they are
 * `secret` and what looks like a token: the address of a page may have one.
 */
export function withoutKeys(text: string, secret: string): string {
  return withoutSecret(text, secret).replace(WRITE_KEY, '$1"…"').replace(TOKEN, mask);
}

function withoutSecret(text: string, secret: string): string {
  if (secret === '') return text;
  const whole = text.replace(new RegExp(spelled(secret), 'g'), mask);
  for (let n = Math.min(secret.length - 1, whole.length); n >= CUT_CHARS_MIN; n--) {
    const cut = secret.slice(0, n);
    if (whole.endsWith(cut)) return whole.slice(0, -n) + mask(cut);
  }
  return whole;
}

function mask(found: string): string {
  return '*'.repeat(found.length);
}

/** A pattern of all ways in which JSON may spell a text: each character as itself or escaped. */
function spelled(text: string): string {
  let pattern = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    const hex = text.charCodeAt(i).toString(16).padStart(4, '0');
    const digits = hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    const literal = char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
    const short = /["\\/]/.test(char) ? `\\\\${literal}|` : '';
    pattern += `(?:${short}${literal}|\\\\u${digits})`;
  }
  return pattern;
}

/** As keys/customer-tokens.ts signs them. */
const TOKEN = /c1\.[\w-]+\.[0-9a-z]+\.[\w-]+\.[\w-]{43}/g;

const WRITE_KEY = new RegExp(
  `("(?:${spelled('writeKey')}|${spelled('customerToken')})"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"?`,
  'gs',
);
