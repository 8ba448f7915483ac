// What became of every message, by serial number: one byte each, so that millions fit.

/** Not sent, acknowledged (2xx), refused (an answer that says come again), or nobody knows. */
export const UNSENT = 0;
export const ACKNOWLEDGED = 1;
export const REFUSED = 2;
export const UNKNOWN = 3;

export class Outcomes {
  private bytes = new Uint8Array(1 << 16);
  private used = 0;

  /** A message that was acknowledged once stays so, whatever its repetitions are answered. */
  set(first: number, count: number, outcome: number): void {
    while (first + count > this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    for (let serial = first; serial < first + count; serial++) {
      if (this.bytes[serial] !== ACKNOWLEDGED) this.bytes[serial] = outcome;
    }
    this.used = Math.max(this.used, first + count);
  }

  all(): Uint8Array {
    return this.bytes.slice(0, this.used);
  }
}
