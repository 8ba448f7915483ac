// docs/measured.md, made from docs/measured.json: what was measured, on what, when, of which commit.
// Benches write the one (`npm run bench -- --record`), nobody writes the other; no other document has
// such numbers of its own, so that none can be older than it looks.

/** One run of a bench, as it was recorded. */
export interface Measurement {
  readonly question: string;
  /** What was run, to run it again. */
  readonly command: string;
  /** The day, YYYY-MM-DD. */
  readonly date: string;
  /** Short hash of what was measured; with `+ changes` where the folder had some. */
  readonly commit: string;
  /** Cores, memory, versions. */
  readonly machine: string;
  /** What it printed, line by line: Markdown. */
  readonly lines: readonly string[];
}

/** All that is recorded, by the name of the bench, in the order of the page. */
export type Measurements = Readonly<Record<string, Measurement>>;

/** What a reader should know of a bench, whatever its results. */
const TOLD: Readonly<Record<string, string>> = {
  'full-path-against': `Both commits under the same catalog and events, each on a Redis of its own, in turns whose order
rotates; the last column of each kind is the median of the ratios within a round, in brackets are the
lowest and the highest. The answers of both to a fixed stream are compared field by field.`,
  waves: `Quiet, ten times that, quiet, … on the real processes, each message counted afterwards; ClickHouse is
slow in the middle third and away during the wave in the middle. The load is an open loop: latency counts
from when a request was due. Memory is \`flat\` or \`growing\` by its lowest of each quiet phase, after the
first third of the run: once as the operating system sees it, which has much to do with when V8 thought
it worth while to collect, and once as what its full collections left (\`nodejs_live_bytes\`), which is
what is really held. Redis grows by the records that wait for history and by the ids of the messages of
24 h; ClickHouse grows with its rows.`,
  'waves-timers': `The same, with two triggers of time that are due within seconds. History is told again afterwards, row
by row: each timer has to have fired once, unless an event moved it or called it off. How late is counted
from when it was due; what nobody had to be quick about, a look that found nothing new, is among them.`,
  scaling: `Beside the floor (bare uWebSockets.js and one EVALSHA) and in turns. Where all share a few cores, read
CPU an event and latency rather than throughput.`,
  faults: `Something random happens to the real processes under load — kills, holds up, restarts, cuts, stalls and
slows two gateways, two workers, Redis, ClickHouse and the lines between them, now and then two at once
—, then the service has to be well again, and everything is counted: what was acknowledged must be in the
states and in history, once. With \`PROFFER_TEST_REDIS=cluster\` the same runs on three masters and three
replicas, with failovers and slots that move.`,
};

/** The page as Markdown. */
export function measuredPage(measurements: Measurements): string {
  const all = Object.entries(measurements);
  const contents = all.map(([name, { question }]) => `- [${question}](#${name})`);
  const sections = all.map(([name, { question, command, date, commit, machine, lines }]) =>
    [
      `<a id="${name}"></a>`,
      `## ${question}`,
      '',
      `\`${command}\` · ${date} · commit ${commit} · ${machine}`,
      '',
      ...(TOLD[name] === undefined ? [] : [TOLD[name], '']),
      ...withBreaks(lines),
    ].join('\n'),
  );
  return `# Measured

Made from \`docs/measured.json\` by \`npm run docs\`; do not edit. \`npm run bench -- --record\` measures anew what
takes minutes, \`npm run bench -- <name> … --record\` one bench, with arguments of yours. Each section
is as old as the day and the commit that it names.

The floor of a bench is the least that could be called the same job, on the same machine in the same run.
The machines were shared and noisy: read ratios and CPU, not rates.

${contents.join('\n')}

${sections.join('\n\n')}
`;
}

/** Lines of text that follow each other stay lines. */
function withBreaks(lines: readonly string[]): string[] {
  const isText = (line: string | undefined) => line !== undefined && /^[^|\s]/.test(line);
  return lines.map((line, i) => (isText(line) && isText(lines[i + 1]) ? `${line}\\` : line));
}
