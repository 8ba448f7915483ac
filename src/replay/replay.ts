// Sends a file of real behaviour through `/v1/import` of a running service. Batches run in parallel,
// but all events of one customer go through one sender in the order of the file.

import { performance } from 'node:perf_hooks';
import { murmur3 } from '../model/hash.ts';
import { type Format, readRows } from './formats.ts';
import { Tally } from './tally.ts';

export interface ReplayOptions {
  readonly path: string;
  readonly format: Format;
  /** Base address of the service, without a path. */
  readonly url: string;
  /** An admin key. */
  readonly key: string;
  /** false: only update states. */
  readonly decide: boolean;
  readonly senders: number;
  readonly batchSize: number;
  /** Called as rows are answered. */
  readonly onProgress: (events: number) => void;
}

/** A body must stay below the service's 500 KB. */
const BATCH_BYTES_MAX = 400_000;
const RETRIES_MAX = 120;

/** @throws Error when the service refuses the key or is away for longer than the retries last. */
export async function replay(options: ReplayOptions): Promise<{ tally: Tally; tookMs: number }> {
  const tally = new Tally();
  const startedAt = performance.now();
  const senders = Array.from({ length: options.senders }, () => new Sender(options, tally));
  for await (const row of readRows(options.path, options.format)) {
    if (row.kind === 'unreadable') {
      tally.reject(row.reason);
      continue;
    }
    const waiting = senders[murmur3(row.customerId) % senders.length]!.add(row.text);
    if (waiting !== null) await waiting;
  }
  await Promise.all(senders.map((sender) => sender.finish()));
  return { tally, tookMs: performance.now() - startedAt };
}

class Sender {
  private batch: string[] = [];
  private bytes = 0;
  private sending: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: ReplayOptions,
    private readonly tally: Tally,
  ) {}

  /** Queues an event; a promise when the reader should wait for the batch before. */
  add(text: string): Promise<void> | null {
    this.batch.push(text);
    this.bytes += text.length;
    const full = this.batch.length >= this.options.batchSize || this.bytes >= BATCH_BYTES_MAX;
    return full ? this.flush() : null;
  }

  async finish(): Promise<void> {
    if (this.batch.length > 0) await this.flush();
    await this.sending;
  }

  private async flush(): Promise<void> {
    await this.sending;
    const body = `{"batch":[${this.batch.join(',')}]}`;
    const count = this.batch.length;
    this.batch = [];
    this.bytes = 0;
    this.sending = this.send(body, count);
    this.sending.catch(() => {});
  }

  private async send(body: string, count: number): Promise<void> {
    const { url, key, decide, onProgress } = this.options;
    const target = `${url}/v1/import${decide ? '' : '?decide=false'}`;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    for (let attempt = 0; attempt < RETRIES_MAX; attempt++) {
      const sentAt = performance.now();
      let failure: string;
      try {
        const response = await fetch(target, { method: 'POST', headers, body });
        if (response.ok) {
          this.tally.add((await response.json()) as object, performance.now() - sentAt);
          onProgress(count);
          return;
        }
        failure = `${response.status} ${await response.text()}`;
        if (response.status < 500 && response.status !== 429 && response.status !== 408) {
          throw new Refused(failure);
        }
      } catch (error) {
        if (error instanceof Refused) throw error;
        failure = String(error);
      }
      if (attempt === RETRIES_MAX - 1) throw new Error(`the service did not accept it: ${failure}`);
      this.tally.retries++;
      await new Promise((resolve) => setTimeout(resolve, Math.min(1000, 50 * 2 ** attempt)));
    }
  }
}

/** An answer that no retry would change. */
class Refused extends Error {}
