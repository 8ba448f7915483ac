import { describe, expect, it } from 'vitest';
import type { SourceFile } from '../../src/catalog/file-text.ts';
import { readyCatalog } from '../../src/catalog/ready-catalog.ts';
import { Unavailable } from '../../src/errors.ts';
import { LiveSnapshot, type SnapshotReader } from '../../src/snapshots/live-snapshot.ts';
import type { Snapshot, VersionId } from '../../src/snapshots/snapshot.ts';

type Files = readonly SourceFile[];

/** A reader whose store can be changed, held up and broken. */
class FakeReader implements SnapshotReader<Files> {
  stored: Snapshot<Files> | null = null;
  reads = 0;
  broken = false;
  hold: Promise<void> = Promise.resolve();

  put(publication: number, text = `catalog: t${publication}`) {
    this.stored = { publication, hash: `h ${text}`, content: [{ path: 'a.yaml', text }] };
  }

  async latest(): Promise<VersionId | null> {
    if (this.broken) throw new Unavailable('store_unavailable');
    return this.stored;
  }

  async read(): Promise<Snapshot<Files> | null> {
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
  const live = new LiveSnapshot({
    ...{ reader, deadlineMs },
    ready: ({ publication, content }) =>
      // biome-ignore lint/correctness/useYield: there is nothing to do in pieces
      readyCatalog(content, function* ({ name }) {
        if (name === 'unbearable') throw new Error('no program of it');
        return { publication, name };
      }),
    onRefused: (publication, reason) => refused.push([publication, reason]),
    onLoaded: (publication) => loaded.push(publication),
  });
  return { reader, live, refused, loaded };
}

describe('the version in force', () => {
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
    expect(all.map((version) => version.publication)).toEqual([3, 3, 3]);
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

  it('refuses what compiles and cannot be run', async () => {
    const { reader, live, refused } = setUp();
    reader.put(1);
    await live.refresh();
    reader.put(2, 'catalog: unbearable');
    await live.refresh();
    expect([live.current().publication, refused]).toEqual([1, [[2, 'no program of it']]]);
  });

  it('takes over another content under a number that it has had already', async () => {
    const { reader, live, loaded } = setUp();
    reader.put(6);
    await live.refresh();
    reader.put(7, 'catalog: lost');
    await live.refresh();
    // The store was restored as it was yesterday, and published to again.
    reader.put(7, 'catalog: found');
    await live.refresh();
    expect(live.current()).toEqual({ publication: 7, name: 'found' });
    expect(loaded).toEqual([6, 7, 7]);
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
