// Items into a running service, some hundred a call, one call after another: of an id that is there twice the
// last counts. What the service asks to wait for is waited for; putting the same again changes nothing, so
// that a call whose answer was lost is sent again.

import { setTimeout } from 'node:timers/promises';

export interface PutItem {
  readonly line: number;
  /** JSON text. */
  readonly text: string;
}

export type PutOutcome =
  | {
      readonly kind: 'put';
      readonly items: number;
      /** What the service did not take: nothing of it is in. */
      readonly refused: readonly { readonly line: number; readonly reason: string }[];
    }
  /** There is room for no more; nothing of this call is in. */
  | { readonly kind: 'full' }
  | { readonly kind: 'unauthorized' }
  /** No retry would change it, or there were enough. */
  | { readonly kind: 'failed'; readonly reason: string };

export const PUT_MAX = 500;
/** Below the 4 MB of a body. */
export const PUT_CHARS_MAX = 1024 * 1024;

const RETRIES_MAX = 120;
const WAIT_S_MAX = 60;
const DEADLINE_MS = 60_000;
const AGAIN = new Set([408, 429, 500, 502, 503, 504]);

export class ItemSender {
  /** Calls that were sent again. */
  retries = 0;
  private hasAnswered = false;

  /** @param onWait told why a call has to be sent again, before the pause */
  constructor(
    private readonly url: string,
    private readonly key: string,
    private readonly onWait: (reason: string) => void,
    private readonly wait: (ms: number) => Promise<unknown> = setTimeout,
  ) {}

  /** All of these that the service takes. */
  async put(items: readonly PutItem[]): Promise<PutOutcome> {
    let left = items;
    const refused: { line: number; reason: string }[] = [];
    while (left.length > 0) {
      const answer = await this.send(left);
      if (answer.status === 200) break;
      if (answer.status === 401) return { kind: 'unauthorized' };
      if (answer.code === 'items_full') return { kind: 'full' };
      const at = /^items\[(\d+)\]/.exec(answer.path ?? '');
      const wrong = at === null ? undefined : left[Number(at[1])];
      if (answer.status !== 400 || wrong === undefined) {
        return { kind: 'failed', reason: answer.message };
      }
      refused.push({ line: wrong.line, reason: reasonIn(answer.message) });
      left = left.filter((item) => item !== wrong);
    }
    return { kind: 'put', items: left.length, refused };
  }

  private async send(items: readonly PutItem[]): Promise<Answer> {
    const body = `{"items":[${items.map(({ text }) => text).join(',')}]}`;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.ask(body);
      // Who never answered is not there; who did comes again.
      if (answer.status === 0 && !this.hasAnswered) return answer;
      if (answer.status !== 0) this.hasAnswered = true;
      if ((answer.status !== 0 && !AGAIN.has(answer.status)) || attempt === RETRIES_MAX)
        return answer;
      this.retries++;
      this.onWait(answer.message);
      await this.wait(answer.waitMs ?? Math.min(1_000, 50 * 2 ** attempt));
    }
  }

  private async ask(body: string): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(DEADLINE_MS);
    try {
      const response = await fetch(`${this.url}/v1/items`, {
        method: 'PUT',
        headers,
        body,
        signal,
      });
      const told = errorIn(await response.text());
      const waitS = Number(response.headers.get('retry-after') ?? Number.NaN);
      return {
        status: response.status,
        code: told?.code ?? '',
        message: told?.message ?? `${this.url} answers ${response.status}: is it a Proffer?`,
        path: told?.path ?? null,
        waitMs: Number.isFinite(waitS) ? Math.min(WAIT_S_MAX, Math.max(0, waitS)) * 1_000 : null,
      };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const message = `no answer at ${new URL(this.url).origin} (${String(cause)}): is it running?`;
      return { status: 0, code: '', message, path: null, waitMs: null };
    }
  }
}

interface Answer {
  /** 0 = nobody answered. */
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly path: string | null;
  /** null = it does not say. */
  readonly waitMs: number | null;
}

function errorIn(text: string): { code?: string; message?: string; path?: string } | null {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: string; message?: string } };
    return error ?? null;
  } catch {
    return null;
  }
}

/** Of a fault that was told of an item among others: of the item by itself. */
export function reasonIn(message: string): string {
  return message.replace(/'items\[\d+\]\.?([^']*)'/, (_, path: string) =>
    path === '' ? 'the item' : `'${path}'`,
  );
}
