// Hot path. The feature values of a stored state: found in the table of the laid out document, and
// decoded one by one when they are first read.

import type { FeatureValue, FeatureValues } from '../model/state.ts';
import { type ByteReader, CorruptState } from './byte-reader.ts';
import { idKey } from './id-key.ts';
import type { LoadedDocument } from './loaded-document.ts';
import { readValue } from './value-codec.ts';

/** The state that they are of. */
export interface FeaturesOwner {
  readonly document: string;
  readonly desk: { readonly reader: ByteReader };
  /** Lays out the document. */
  load(): LoadedDocument;
}

export class StoredFeatures implements FeatureValues {
  /** By place in the document; null until one is read, then undefined until that one is. */
  private decoded: (FeatureValue | undefined)[] | null = null;

  constructor(
    readonly state: FeaturesOwner,
    /** Where the first one starts in the document. */
    readonly start: number,
    readonly size: number,
  ) {}

  get(id: string): FeatureValue | undefined {
    const place = this.placeOf(id);
    return place < 0 ? undefined : this.valueAt(place);
  }

  has(id: string): boolean {
    return this.placeOf(id) >= 0;
  }

  *keys(): MapIterator<string> {
    for (let place = 0; place < this.size; place++) yield this.idAt(place);
  }

  *[Symbol.iterator](): MapIterator<[string, FeatureValue]> {
    for (let place = 0; place < this.size; place++) yield [this.idAt(place), this.valueAt(place)];
  }

  /** The laid out document, with its table of features. */
  load(): LoadedDocument {
    const { state } = this;
    const loaded = state.load();
    if (loaded.featureCount < 0) {
      const from = state.desk.reader.point(loaded.bytes, this.start, state.document.length);
      loaded.readFeatures(from);
      if (loaded.featureCount !== this.size) throw new CorruptState('features are missing');
    }
    return loaded;
  }

  /** Which feature it is; −1 when the document has it not. */
  placeOf(id: string): number {
    const loaded = this.load();
    const { featureCount, idHighs, idLows } = loaded;
    const key = idKey(id);
    if (key === null) return this.placeOfText(id, loaded);
    const { bytes, high, low } = key;
    for (let place = 0; place < featureCount; place++) {
      if (
        idLows[place] === low &&
        idHighs[place] === high &&
        this.idBytes(place, loaded) === bytes
      ) {
        return place;
      }
    }
    return -1;
  }

  private valueAt(place: number): FeatureValue {
    const loaded = this.load();
    this.decoded ??= new Array<FeatureValue | undefined>(this.size).fill(undefined);
    const known = this.decoded[place];
    if (known !== undefined) return known;
    const from = this.state.desk.reader.point(
      loaded.bytes,
      loaded.valueStarts[place]!,
      loaded.ends[place]!,
    );
    const value = readValue(from) as FeatureValue;
    if (from.at !== from.end) throw new CorruptState('a feature has bytes left over');
    this.decoded[place] = value;
    return value;
  }

  /** 0 for an id that is a text. */
  private idBytes(place: number, loaded: LoadedDocument): number {
    return loaded.bytes[loaded.idStarts[place]!]!;
  }

  /** Ids that are no hashes: of tests, and of whoever embeds the engine. */
  private placeOfText(id: string, loaded: LoadedDocument): number {
    for (let place = 0; place < loaded.featureCount; place++) {
      if (this.idBytes(place, loaded) === 0 && this.idAt(place) === id) return place;
    }
    return -1;
  }

  private idAt(place: number): string {
    const loaded = this.load();
    const from = this.state.desk.reader;
    return from.point(loaded.bytes, loaded.idStarts[place]!, loaded.ends[place]!).id();
  }
}
