// How far an import is: a bar on a terminal with lines above it; elsewhere lines alone, now and then.

import { MultiBar } from 'cli-progress';
import type { Output } from './output.ts';

/** Between two lines where no bar can be. */
const SAY_MS = 5_000;

/** @param total bytes of all files; 0 = nobody knows */
export function progressTo(
  { stderr }: { readonly stderr: Output['stderr'] & { readonly isTTY?: boolean } },
  total: number,
) {
  const isBar = stderr === process.stderr && stderr.isTTY === true;
  const bars = isBar
    ? new MultiBar({
        format: '{bar} {percentage}% {items} items',
        clearOnComplete: true,
        // Ctrl-C ends all of it, and the terminal is as it was.
        ...{ gracefulExit: false, hideCursor: false, linewrap: true },
      })
    : null;
  const bar = bars?.create(total, 0, { items: 0 }) ?? null;
  let [read, saidAt] = [0, performance.now()];
  return {
    say(line: string): void {
      if (bars === null) stderr.write(`${line}\n`);
      else bars.log(`${line}\n`);
    },
    show(bytes: number, items: number): void {
      read += bytes;
      if (bar !== null) {
        // Of what comes from standard input nobody knows how much there will be.
        if (read > bar.getTotal()) bar.setTotal(read);
        bar.update(read, { items });
      } else if (performance.now() - saidAt > SAY_MS) {
        saidAt = performance.now();
        stderr.write(
          `${items} items${total > 0 ? `, ${Math.round((read / total) * 100)} %` : ''}\n`,
        );
      }
    },
    /** What may be said often, now and then. */
    now(line: string): void {
      if (performance.now() - saidAt <= SAY_MS) return;
      saidAt = performance.now();
      this.say(line);
    },
    end(): void {
      // Lines that were said since it was drawn last.
      bars?.update();
      bars?.stop();
    },
  };
}
