// Asks gateways for the version that they decide by, all the time, while versions are published: an
// answer is mixed when the content of its offer is not that of the catalog it names, or is of an earlier
// version than the same customer was answered by before.

import { setTimeout as wait } from 'node:timers/promises';

const PAUSE_MS = 5;

// biome-ignore lint/suspicious/noExplicitAny: answers of any route
type Json = any;

interface Probe {
  readonly catalog: string;
  readonly number: number;
}

export class VersionProbe {
  private readonly numbers = new Map<string, number>();
  /** By customer, in order. */
  private readonly answers: Probe[][] = [];
  private failed = 0;
  private running = true;
  private readonly asking: Promise<unknown>;

  private constructor(
    ports: readonly number[],
    private readonly writeKey: string,
    private readonly adminKey: string,
  ) {
    // One customer for each gateway, and one for all of them by turns.
    this.asking = Promise.all(
      [...ports.map((port) => [port]), ports].map((asked, i) => this.ask(`probe ${i}`, asked)),
    );
  }

  static async start(
    ports: readonly number[],
    writeKey: string,
    adminKey: string,
  ): Promise<VersionProbe> {
    const probe = new VersionProbe(ports, writeKey, adminKey);
    const { hash } = await probe.call(ports[0]!, adminKey, 'GET', '/v1/catalog');
    probe.numbers.set(hash, 0);
    return probe;
  }

  /** @throws Error when it is refused */
  async publish(port: number, version: number, files: readonly object[]): Promise<void> {
    const path = '/v1/catalog';
    const answer = await this.call(port, this.adminKey, 'POST', path, { files });
    if (answer.hash === undefined) throw new Error(JSON.stringify(answer).slice(0, 500));
    this.numbers.set(answer.hash, version);
  }

  async stop(): Promise<{ probes: number; mixed: number; failed: number }> {
    this.running = false;
    await this.asking;
    let mixed = 0;
    for (const own of this.answers) {
      let last = 0;
      for (const { catalog, number } of own) {
        if (this.numbers.get(catalog) !== number || number < last) mixed++;
        last = Math.max(last, number);
      }
    }
    const probes = this.answers.reduce((sum, own) => sum + own.length, 0);
    return { probes, mixed, failed: this.failed };
  }

  private async ask(userId: string, ports: readonly number[]): Promise<void> {
    const own: Probe[] = [];
    this.answers.push(own);
    const body = { userId, placements: ['version'] };
    for (let i = 0; this.running; i++) {
      const port = ports[i % ports.length]!;
      try {
        const { decisions } = await this.call(port, this.writeKey, 'POST', '/v1/decide', body);
        const [{ catalog, offers }] = decisions;
        own.push({ catalog, number: offers[0].treatment.number });
      } catch {
        this.failed++;
      }
      await wait(PAUSE_MS);
    }
  }

  private async call(
    port: number,
    key: string,
    method: string,
    path: string,
    body?: object,
  ): Promise<Json> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return response.json();
  }
}
