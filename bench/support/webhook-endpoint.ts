// A webhook's endpoint in a process of its own: it takes what comes and says when it came. Under /dead it
// takes it, too, and never answers.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { machineMs } from './machine-ms.ts';

/** What came since it was last asked to begin anew; `again` and `dead`: since the start. */
export interface Arrived {
  readonly port: number;
  /** Different ones. */
  readonly count: number;
  /** That came once more. */
  readonly again: number;
  /** Of the last, as machineMs() has it. */
  readonly lastAtMs: number;
  readonly lastBody: string;
  /** That came to /dead. */
  readonly dead: number;
  /** When each came, by its `webhook-id`; null = they were not asked for. */
  readonly atMs: Readonly<Record<string, number>> | null;
}

type Asked = 'count' | 'times' | 'anew';

export class WebhookEndpoint {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(): Promise<WebhookEndpoint> {
    const child = fork(fileURLToPath(import.meta.url), [], { execArgv: ['--import', 'tsx'] });
    const [{ port }] = (await once(child, 'message')) as [Arrived];
    return new WebhookEndpoint(child, port);
  }

  async ask(what: Asked): Promise<Arrived> {
    this.child.send(what);
    const [arrived] = (await once(this.child, 'message')) as [Arrived];
    return arrived;
  }

  /** @throws Error when they do not come */
  async until(count: number): Promise<Arrived> {
    const untilMs = machineMs() + 120_000;
    for (;;) {
      const arrived = await this.ask('count');
      if (arrived.count >= count) return arrived;
      if (machineMs() > untilMs) throw new Error(`${arrived.count} of ${count} webhooks came`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

function serve(): void {
  let atMs: Record<string, number> = {};
  let [count, again, dead, lastAtMs, lastBody] = [0, 0, 0, 0, ''];
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    req.on('end', () => {
      if (req.url === '/dead') return void dead++;
      lastAtMs = machineMs();
      lastBody = body;
      const id = req.headers['webhook-id'] as string;
      if (id in atMs) again++;
      else count++;
      atMs[id] ??= lastAtMs;
      res.writeHead(204).end();
    });
  });
  const tell = (times: boolean) => {
    const { port } = server.address() as AddressInfo;
    const told = { port, count, again, lastAtMs, lastBody, dead, atMs: times ? atMs : null };
    process.send?.(told satisfies Arrived);
  };
  process.on('message', (what: Asked) => {
    tell(what === 'times');
    if (what === 'anew') [count, atMs] = [0, {}];
  });
  process.once('disconnect', () => process.exit(0));
  server.listen(0, '127.0.0.1', () => tell(false));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve();
