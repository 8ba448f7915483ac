// A rolling upgrade and the way back, under load, in the order of docs/operations.md: the worker goes
// first and comes back last, so that whoever writes history always knows what gateways write. The
// other order is tried, too, when it is asked for.

import { waitFor } from '../support/conditions.ts';
import type { Build } from './build.ts';
import { type CatalogName, OWN } from './catalogs.ts';
import { FutureSections } from './future-sections.ts';
import { caughtUp, recountHistory, recountStates } from './recount.ts';
import type { Service } from './service.ts';
import type { Shoppers } from './shoppers.ts';

export interface PhasesParts {
  readonly service: Service;
  readonly shoppers: Shoppers;
  readonly older: Build;
  readonly newer: Build;
  /** Calls that are answered in each phase. */
  readonly calls: number;
  readonly order: 'worker first' | 'gateways first';
  /** Whether workers are killed, so that the next begins in the middle of what they did. */
  readonly killsWorkers: boolean;
  log(line: string): void;
}

/** @returns what is wrong; empty = nothing */
export async function runPhases(parts: PhasesParts): Promise<string[]> {
  return new Phases(parts).run();
}

class Phases {
  private readonly faults: string[] = [];
  private readonly addresses = new Map<Build, string>();
  private readonly future: FutureSections;
  private published = 0;

  constructor(private readonly parts: PhasesParts) {
    this.future = new FutureSections(parts.service);
  }

  async run(): Promise<string[]> {
    const { service, shoppers, older, newer, order } = this.parts;
    await service.startGateway(older, 'a').then((url) => this.addresses.set(older, url));
    this.published++;
    await service.workers.start(older);
    this.take();
    shoppers.certain = OWN.a;
    shoppers.open();
    await this.phase('the older alone');
    await this.paused(() => this.future.addTo(this.some()));

    if (order === 'worker first') await this.handOver(newer);
    await this.comes(newer, 'b');
    await this.phase('both');
    if (order === 'gateways first') await this.handOver(newer);
    await this.goes(older);
    await this.phase('the newer alone');
    await this.comes(older, 'c');
    await this.phase('both again');
    await this.restarts(newer, 'a');
    await this.phase('both, after the first catalog came back');
    await this.archived();

    if (order === 'gateways first') await this.handOver(older);
    await this.goes(newer);
    await this.phase('the older alone again');
    if (order === 'worker first') await this.handOver(older);
    await shoppers.served(this.parts.calls);
    await shoppers.pause();
    await this.atTheEnd();
    return [...this.faults, ...shoppers.books.faults];
  }

  /** Load for a while; then, in a pause, what every gateway shows. */
  private async phase(name: string): Promise<void> {
    const { shoppers, calls, log } = this.parts;
    await shoppers.served(calls);
    await this.paused(async () => {
      await this.look();
      for (const by of this.addresses.keys()) await this.touch(by);
      await this.look();
    });
    const { acknowledged, cutOff, faults } = shoppers.books;
    const wrong = faults.length + this.faults.length;
    log(`${name}: ${acknowledged} answers, ${cutOff} cut off, ${wrong} faults`);
    if (wrong > 0) throw new Error([...this.faults, ...faults].slice(0, 20).join('\n'));
  }

  private async paused(work: () => Promise<unknown>): Promise<void> {
    const { shoppers } = this.parts;
    await shoppers.pause();
    await work();
    shoppers.open();
  }

  private async look(): Promise<void> {
    const { service, shoppers } = this.parts;
    this.faults.push(...(await recountStates(service, shoppers)));
  }

  /** Has one build commit to each customer with sections of the future. */
  private async touch(by: Build): Promise<void> {
    const { shoppers } = this.parts;
    await shoppers.visit(this.future.customers, this.addresses.get(by)!);
    this.faults.push(...(await this.future.lost(by.name)));
  }

  /** Every third of those with one call at a time, and all of the others. */
  private some(): string[] {
    const { shoppers } = this.parts;
    const { customers } = shoppers.books;
    const third = shoppers.alone.filter((_, i) => i % 3 === 0);
    return [...third, ...shoppers.shared].filter((id) => customers.has(id));
  }

  /** A gateway of a build starts beside the other, publishes, and takes its part. */
  private async comes(build: Build, publishes: CatalogName): Promise<void> {
    const { service, shoppers } = this.parts;
    shoppers.certain = null;
    this.addresses.set(build, await service.startGateway(build, publishes));
    this.published++;
    this.take();
    await waitFor('both to run the catalog', async () => {
      const [id] = shoppers.books.customers.keys();
      const shown = shoppers.gateways.map((url) => service.customer(url, id!));
      return (await Promise.all(shown)).every(({ features }) => OWN[publishes] in features);
    });
    shoppers.certain = OWN[publishes];
  }

  /** It gets no more calls, ends what it has, and ends. */
  private async goes(build: Build): Promise<void> {
    this.addresses.delete(build);
    this.take();
    await this.parts.service.stopGateway(build);
  }

  private async restarts(build: Build, publishes: CatalogName): Promise<void> {
    await this.goes(build);
    await this.comes(build, publishes);
  }

  private take(): void {
    this.parts.shoppers.gateways = [...this.addresses.values()];
  }

  private async handOver(to: Build): Promise<void> {
    const { service, killsWorkers, log } = this.parts;
    await service.workers.takeOver(to, killsWorkers);
    log(`the worker of ${to.name} has taken over`);
  }

  /** What either build published is in history, once the newer's worker had time for it. */
  private async archived(): Promise<void> {
    const { service } = this.parts;
    const numbers = Array.from({ length: this.published }, (_, i) => i + 1).join();
    await waitFor('all catalogs in history', async () => {
      const rows = await service.query<{ n: number }>(
        'SELECT toUInt32(publication) AS n FROM catalogs ORDER BY n',
      );
      return rows.map(({ n }) => n).join() === numbers;
    });
  }

  private async atTheEnd(): Promise<void> {
    const { service, shoppers, older, newer, log } = this.parts;
    this.addresses.set(newer, await service.startGateway(newer, null));
    this.take();
    await this.look();
    this.faults.push(...(await this.future.lost('either')));
    await caughtUp(service);
    this.faults.push(...(await recountHistory(service, shoppers, { older, newer })));
    const { code, text } = await service.run(newer, 'explain', '--all');
    log(text.split('\n').at(-1)!);
    // Of none does history lack what it was made of: that would stand behind it.
    if (code !== 0 || !text.endsWith(' 0 different')) {
      this.faults.push(`explain --all (${code}): ${text}`);
    }
  }
}
