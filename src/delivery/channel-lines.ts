import { type Carriers, ChannelLine } from './channel-line.ts';

/** The lines of a worker's channels, made when one is first of use. */
export class ChannelLines {
  private readonly lines = new Map<string, ChannelLine>();

  constructor(private readonly carriers: Carriers) {}

  of(name: string): ChannelLine {
    let line = this.lines.get(name);
    if (line === undefined) {
      line = new ChannelLine(name, this.carriers);
      this.lines.set(name, line);
    }
    return line;
  }

  /** As they are whenever they are gone through. */
  readonly all: Iterable<ChannelLine> = { [Symbol.iterator]: () => this.lines.values() };

  /** Of a channel that there is no more. */
  forget(name: string): void {
    this.lines.get(name)?.close();
    this.lines.delete(name);
  }

  close(): void {
    for (const line of this.lines.values()) line.close();
  }
}
