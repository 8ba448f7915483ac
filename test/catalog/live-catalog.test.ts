import { describe, expect, it } from 'vitest';
import { LiveCatalog, type Publication } from '../../src/catalog/live-catalog.ts';
import { Unavailable } from '../../src/errors.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import type { Published } from '../../src/pipeline.ts';

/** A reader whose store can be changed, held up and broken. */
class FakeReader {
  stored: Publication | null = null;
  reads = 0;
  broken = false;
  hold: Promise<void> = Promise.resolve();

  put(publication: number, text = `catalog: t${publication}`) {
    this.stored = { publication, hash: `h${publication}`, files: [{ path: 'a.yaml', text }] };
  }

  async latest(): Promise<number> {
    if (this.broken) throw new Unavailable('store_unavailable');
    return this.stored?.publication ?? 0;
  }

  async read(): Promise<Publication | null> {
    this.reads++;
    const { stored } = this;
    await this.hold;
    if (this.broken) throw new Unavailable('store_unavailable');
    return stored;
  }
}

function setUp(deadlineMs = 5_000) {
  const reader = new FakeReader();
  const refused: [number, string][] = [];
  const loaded: number[] = [];
  const prepare = (catalog: Catalog, publication: number): Published => ({
    ...{ publication, hash: catalog.hash, contract: () => null, recents: new Set<string>() },
    step: () => {
      throw new Error(catalog.name);
    },
  });
  const live = new LiveCatalog({
    ...{ reader, prepare, deadlineMs },
    onRefused: (publication, reason) => refused.push([publication, reason]),
    onLoaded: (publication) => loaded.push(publication),
  });
  return { reader, live, refused, loaded };
}

describe('the catalog in force', () => {
  it('is not there before the first publication', async () => {
    const { live } = setUp();
    await live.refresh();
    expect(() => live.current()).toThrow(Unavailable);
    await expect(live.atLeast(0)).rejects.toThrow(Unavailable);
  });

  it('follows the published one, and compiles each once', async () => {
    const { reader, live, loaded } = setUp();
    reader.put(1);
    await live.refresh();
    await live.refresh();
    expect(live.current().publication).toBe(1);
    reader.put(2);
    await live.refresh();
    expect(live.current().publication).toBe(2);
    expect(loaded).toEqual([1, 2]);
    expect(reader.reads).toBe(2);
  });

  it('catches up at once for a state of a later publication, in one read for all who wait', async () => {
    const { reader, live } = setUp();
    reader.put(1);
    await live.refresh();
    reader.put(3);
    const all = await Promise.all([live.atLeast(3), live.atLeast(2), live.atLeast(3)]);
    expect(all.map((published) => published.publication)).toEqual([3, 3, 3]);
    expect(reader.reads).toBe(2);
    await live.atLeast(3);
    expect(reader.reads).toBe(2);
  });

  it('reads again when the read under way was too early', async () => {
    const { reader, live } = setUp();
    reader.put(1);
    await live.refresh();
    let release = () => {};
    reader.hold = new Promise((resolve) => {
      release = resolve;
    });
    reader.put(2);
    const early = live.atLeast(2);
    reader.put(3);
    const late = live.atLeast(3);
    release();
    expect((await early).publication).toBeGreaterThanOrEqual(2);
    expect((await late).publication).toBe(3);
  });

  it('goes on when a later one is refused, and says so once', async () => {
    const { reader, live, refused, loaded } = setUp();
    reader.put(1);
    await live.refresh();
    reader.put(2, 'catalog: t\noffers: 5');
    await live.refresh();
    await live.refresh();
    expect((await live.atLeast(2)).publication).toBe(1);
    expect(live.current().publication).toBe(1);
    expect(refused.map(([publication]) => publication)).toEqual([2]);
    expect(refused[0]?.[1]).toContain('a.yaml:2:9: offers');
    reader.put(3);
    await live.refresh();
    expect(loaded).toEqual([1, 3]);
  });

  it('goes on when the store has lost what a state knows of, without asking every time', async () => {
    const { reader, live } = setUp();
    reader.put(1);
    await live.refresh();
    expect((await live.atLeast(9)).publication).toBe(1);
    const { reads } = reader;
    expect((await live.atLeast(9)).publication).toBe(1);
    expect(reader.reads).toBe(reads);
    reader.put(9);
    await live.refresh();
    expect((await live.atLeast(9)).publication).toBe(9);
  });

  it('is unavailable, not wrong, when it is behind and the store does not answer', async () => {
    const { reader, live } = setUp();
    reader.put(1);
    await live.refresh();
    reader.broken = true;
    await expect(live.atLeast(2)).rejects.toThrow(Unavailable);
    expect((await live.atLeast(1)).publication).toBe(1);
    reader.broken = false;
    reader.put(2);
    expect((await live.atLeast(2)).publication).toBe(2);
  });

  it('waits no longer than its deadline', async () => {
    const { reader, live } = setUp(20);
    reader.put(1);
    await live.refresh();
    reader.put(2);
    reader.hold = new Promise(() => {});
    await expect(live.atLeast(2)).rejects.toThrow(Unavailable);
  });
});
