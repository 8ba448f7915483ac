import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandHead, RespWriter } from '../../src/redis/resp-writer.ts';

type Argument = { text: string } | { latin1: string } | { bytes: Uint8Array };

/** The same command, written the plain way. */
function expected(args: readonly Argument[]): Buffer {
  const parts = args.map((arg) => {
    if ('text' in arg) return Buffer.from(arg.text, 'utf8');
    return 'latin1' in arg ? Buffer.from(arg.latin1, 'latin1') : Buffer.from(arg.bytes);
  });
  return Buffer.concat([
    Buffer.from(`*${args.length + 1}\r\n$4\r\nECHO\r\n`),
    ...parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from('\r\n')]),
  ]);
}
function write(writer: RespWriter, args: readonly Argument[]): Buffer {
  writer.begin(commandHead(args.length + 1, ['ECHO']));
  for (const arg of args) {
    if ('text' in arg) writer.text(arg.text);
    else if ('latin1' in arg) writer.latin1(arg.latin1);
    else writer.bytes(arg.bytes);
  }
  return writer.end();
}
const argument: fc.Arbitrary<Argument> = fc.oneof(
  fc.record({ text: fc.string({ unit: 'grapheme', maxLength: 200 }) }),
  fc.record({ text: fc.string({ maxLength: 70 }) }),
  fc.record({ bytes: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({
    latin1: fc.uint8Array({ maxLength: 12 }).map((b) => Buffer.from(b).toString('latin1')),
  }),
);

describe('the command writer', () => {
  it('writes any arguments as Redis reads them', () => {
    const writer = new RespWriter();
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 12 }), (args) => {
        expect(write(writer, args)).toEqual(expected(args));
      }),
      { numRuns: 500 },
    );
  });

  it('never changes a command that it gave out', () => {
    const writer = new RespWriter();
    const args = [{ bytes: new Uint8Array(50_000).fill(7) }, { text: 'é'.repeat(9_999) }];
    const commands = Array.from({ length: 20 }, () => write(writer, args));
    for (const command of commands) expect(command.equals(expected(args))).toBe(true);
  });

  it('writes arguments larger than a slab', () => {
    const args = [{ bytes: new Uint8Array(1_000_000).fill(3) }];
    expect(write(new RespWriter(), args).equals(expected(args))).toBe(true);
  });
});
