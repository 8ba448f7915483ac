// One call to the service, sent again while that may help: no network, too late an answer, 408, 429, 5xx.
// The body is the same each time, with its message id, so that what arrived twice is counted once.

/** An answer that is none: what the service refused, or that it could not be reached in time. */
export class ProfferError extends Error {
  constructor(
    /** Of docs/errors.md; `unreachable` without an answer, `closed` after `close()`. */
    readonly code: string,
    message: string,
    /** Of HTTP; 0 = there was none. */
    readonly status: number,
    /** Whether the same may succeed later. */
    readonly retryable: boolean,
    /** Where in the body. */
    readonly path: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ProfferError';
  }
}

export interface Patience {
  /** For one attempt. */
  readonly timeoutMs: number;
  /** For all of them, with the waits between. */
  readonly deadlineMs: number;
}

const FIRST_WAIT_MS = 100;
const WAIT_MS_MAX = 5_000;

/** POSTs JSON text. @returns the answer's JSON @throws ProfferError */
export async function postPatiently(
  url: string,
  key: string,
  body: string,
  { timeoutMs, deadlineMs }: Patience,
): Promise<unknown> {
  const untilMs = performance.now() + deadlineMs;
  for (let attempt = 0; ; attempt++) {
    const leftMs = Math.max(1, untilMs - performance.now());
    const tried = await once(url, key, body, Math.ceil(Math.min(timeoutMs, leftMs)));
    if (tried.kind === 'answer') return tried.json;
    const grownMs = Math.min(FIRST_WAIT_MS * 2 ** attempt, WAIT_MS_MAX);
    const waitMs = Math.max(tried.afterMs, grownMs * (0.5 + Math.random() / 2));
    // Later than that nobody waits for it any more.
    if (!tried.error.retryable || performance.now() + waitMs >= untilMs) throw tried.error;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

type Tried =
  | { readonly kind: 'answer'; readonly json: unknown }
  | { readonly kind: 'none'; readonly error: ProfferError; readonly afterMs: number };

async function once(url: string, key: string, body: string, timeoutMs: number): Promise<Tried> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status } = response;
    const text = await response.text();
    const json = parsed(text);
    if (response.ok && json !== undefined) return { kind: 'answer', json };
    const { code, message, path } = (json as Refusal | undefined)?.error ?? {};
    const error = new ProfferError(
      code ?? `http_${status}`,
      message ?? `The answer was ${status}.`,
      status,
      response.ok || status === 408 || status === 429 || status >= 500,
      path ?? null,
    );
    const afterMs = 1_000 * Number(response.headers.get('retry-after')) || 0;
    return { kind: 'none', error, afterMs };
  } catch (cause) {
    const message = 'The service could not be reached, or did not answer in time.';
    const error = new ProfferError('unreachable', message, 0, true, null, { cause });
    return { kind: 'none', error, afterMs: 0 };
  }
}

interface Refusal {
  readonly error?: { readonly code?: string; readonly message?: string; readonly path?: string };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
