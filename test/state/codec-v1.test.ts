import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newCounters } from '../../src/engine/counters.ts';
import { prepare } from '../../src/engine/program.ts';
import { view } from '../../src/engine/view.ts';
import { CorruptState } from '../../src/state/byte-reader.ts';
import { StateCodec } from '../../src/state/codec.ts';
import { CODEC_VERSION } from '../../src/state/codec-version.ts';
import { ETAG_BYTES } from '../../src/state/etag.ts';
import { plainState, realisticState } from '../support/states.ts';
import { catalogOf, comparable, storedShop, storedValueOf } from '../upgrade/stored-shop.ts';

const codec = new StateCodec();
const shop = storedShop();
const program = prepare(catalogOf(shop), 2, { counters: newCounters() });

describe.each(shop.reads)('a state of version 1: $id', ({ id, state, view: then }) => {
  const value = storedValueOf(shop, id);
  const read = () => codec.decode(id, value, ETAG_BYTES);

  it('is read as the build that wrote it read it', () => {
    expect(value.charCodeAt(ETAG_BYTES)).toBe(1);
    expect(comparable(read())).toMatchObject(state);
    expect(JSON.parse(JSON.stringify(view(program, read(), shop.atMs)))).toMatchObject(then);
  });

  it('is written as version 2 with nothing lost, decoded or not', () => {
    const written = codec.encode(read());
    expect(written.charCodeAt(0)).toBe(CODEC_VERSION);
    expect(codec.encode(plainState(read())) === written).toBe(true);
    expect(comparable(codec.decode(id, written))).toMatchObject(state);
  });

  it('is corrupt where it was cut short, and nothing else', () => {
    for (let length = ETAG_BYTES; length < value.length; length += 7) {
      const cut = value.slice(0, length);
      expect(() => plainState(codec.decode(id, cut, ETAG_BYTES))).toThrow(CorruptState);
    }
  });
});

it('is read as it was when it was the only version', () => {
  const fixture = new URL('./fixtures/state-v1.hex', import.meta.url);
  const document = Buffer.from(readFileSync(fixture, 'utf8').trim(), 'hex').toString('latin1');
  expect(plainState(codec.decode('customer-00042', document))).toEqual(
    plainState(realisticState()),
  );
});
