// Hot path. The bytes of the document that is being read. Documents rest as texts; one at a time is
// laid out as bytes, with a table of its features, and the next one takes its place. So what a step
// reads of a state leaves nothing behind in memory.

import { type ByteReader, CorruptState } from './byte-reader.ts';
import { ID_BYTES_MAX, ID_BYTES_MIN } from './id-key.ts';

const BYTES_START = 16 * 1024;
const FEATURES_START = 128;

/** One state's document, laid out. Its owner is whoever had it loaded last. */
export class LoadedDocument {
  bytes: Buffer = Buffer.allocUnsafeSlow(BYTES_START);
  /** How many features the table has; −1 = it is not made yet. */
  featureCount = -1;
  /** Per feature: its id as in IdKey; of an id that is a text 0 and where it starts. */
  idHighs = new Int32Array(FEATURES_START);
  idLows = new Int32Array(FEATURES_START);
  /** Per feature: where its id, its length and its value start, and where it ends. */
  idStarts = new Int32Array(FEATURES_START);
  valueStarts = new Int32Array(FEATURES_START);
  ends = new Int32Array(FEATURES_START);
  private owner: object | null = null;

  /** Lays out the owner's document, unless it is. */
  load(owner: object, text: string): void {
    if (this.owner === owner) return;
    if (text.length > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(text.length * 2);
    this.bytes.write(text, 0, 'latin1');
    this.featureCount = -1;
    this.owner = owner;
  }

  /**
   * Makes the table of features. Written out, since it is walked by every event (0.1 µs, through the
   * reader 0.6).
   * @param from at the first, its end that of the document
   */
  readFeatures(from: ByteReader): void {
    const { bytes } = this;
    const { end } = from;
    let { at } = from;
    let n = 0;
    for (; at < end; n++) {
      if (n === this.ends.length) this.grow();
      const start = at;
      const idBytes = bytes[at++]!;
      let high = 0;
      let low = start;
      if (idBytes >= ID_BYTES_MIN && idBytes <= ID_BYTES_MAX) {
        const lowAt = at + idBytes - 4;
        while (at < lowAt) high = (high << 8) | bytes[at++]!;
        low = word(bytes, lowAt);
        at = lowAt + 4;
      } else {
        if (idBytes !== 0) throw new CorruptState('an id is damaged');
        from.at = at;
        from.skip(from.count());
        at = from.at;
      }
      // Nearly all values are shorter than 128 bytes.
      let length = at < end ? bytes[at++]! : 128;
      if (length > 127) {
        from.at = at - 1;
        length = from.count();
        at = from.at;
      }
      this.idStarts[n] = start;
      this.idHighs[n] = high;
      this.idLows[n] = low;
      this.valueStarts[n] = at;
      at += length;
      this.ends[n] = at;
    }
    if (at !== end) throw new CorruptState('it ends early');
    this.featureCount = n;
  }

  private grow(): void {
    const grown = (from: Int32Array) => {
      const to = new Int32Array(from.length * 2);
      to.set(from);
      return to;
    };
    this.idHighs = grown(this.idHighs);
    this.idLows = grown(this.idLows);
    this.idStarts = grown(this.idStarts);
    this.valueStarts = grown(this.valueStarts);
    this.ends = grown(this.ends);
  }
}

/** Four bytes as a signed integer. */
function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
