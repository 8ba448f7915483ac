// `proffer explain`: one decision of history with everything that it was made of, or all of them, stepped
// again in this process. Only history is asked: it has the records and the catalogs.

import { compileCatalog } from '../catalog/compile-catalog.ts';
import { formatFaults } from '../catalog/fault.ts';
import { ReplayCore } from '../compose/replay-core.ts';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { openSink } from '../history/sinks/open-sink.ts';
import { codeOf } from '../history/sinks/refusals.ts';
import type { Catalog } from '../model/catalog.ts';
import type { AskHistory } from '../replay/recorded/ask-history.ts';
import type { CustomerBefore, Explanation } from '../replay/recorded/explanation.ts';
import { explanationText } from '../replay/recorded/explanation.ts';
import { type FoundDecision, findDecision } from '../replay/recorded/find-decision.ts';
import type { RecordedDecisions } from '../replay/recorded/history-records.ts';
import { printable } from '../replay/recorded/printable.ts';
import { decisionsOf, stepAgain, type Verdict } from '../replay/recorded/step-again.ts';
import { stepAll } from '../replay/recorded/step-all.ts';
import type { RecordedStep } from '../replay/recorded/step-row.ts';
import { askHistory } from './ask-history.ts';
import { historyUrl } from './history-url.ts';
import { progressLine } from './progress-line.ts';
import { refusedKey } from './service.ts';

const AUTHENTICATION_FAILED = 516;
/** Differences that are told one by one. */
const TOLD_MAX = 20;
const ID_CHARS_TOLD = 100;

/** @returns the exit code: 0 = it comes out the same, 1 = it does not, or nobody can say */
export async function explainDecision(config: Config, decisionId: string): Promise<number> {
  return asking(config, async (ask, core) => {
    const found = await findDecision(ask, decisionId);
    if (found === null) {
      const id = printable(decisionId.slice(0, ID_CHARS_TOLD));
      throw new SetupFault(
        `history has no decision ${id}: one of the last seconds is there soon, ` +
          'one that was asked for with record: false never is',
      );
    }
    const { customerId, decision, fired, delivery } = found;
    const { step, before, verdict } = await steppedAgain(core, found);
    const told = { customerId, decision, fired, delivery };
    process.stdout.write(explanationText({ ...told, step, before, verdict }));
    if (verdict.kind === 'different') process.stdout.write(boundTold(config));
    return verdict.kind === 'same' ? 0 : 1;
  });
}

/** Steps a customer's records up to the one that was found; what is told is of that. */
async function steppedAgain(
  core: ReplayCore,
  { customerId, ledgerId, runs }: FoundDecision,
): Promise<Pick<Explanation, 'step' | 'before' | 'verdict'>> {
  let run: RecordedDecisions[] = [];
  for await (const next of runs()) {
    await stepAgain(core, run);
    run = next;
  }
  const step = run.at(-1)?.step;
  if (step?.ledgerId !== ledgerId || !('submission' in step))
    return { step: null, before: null, verdict: UNSAID };
  const [{ step: first } = { step }] = run;
  if (first.record === 1 || first.beginsWith !== null) core.forgetAll();
  await core.begin(first);
  // What was committed together with it has no state of its own in between.
  const start = core.stored(customerId);
  await stepAgain(core, run.slice(0, -1));
  const before = await customerBefore(core, step);
  core.putBack(customerId, start);
  const verdict = (await stepAgain(core, run)).at(-1)!;
  return { step, before, verdict };
}

/** The one setting that a state depends on; records do not have it. */
function boundTold({ PROFFER_STATE_BYTES_MAX }: Config): string {
  return (
    `            States were held to PROFFER_STATE_BYTES_MAX=${PROFFER_STATE_BYTES_MAX}: ` +
    'set it as the gateways had it.\n'
  );
}

const UNSAID: Verdict = {
  kind: 'unknown',
  reason:
    'history does not say how it was stepped: it is older than such records, or rows were removed',
};

/** @returns the exit code: 1 when a decision comes out otherwise */
export async function explainAll(config: Config): Promise<number> {
  return asking(config, async (ask, core) => {
    const line = progressLine(process.stderr);
    const count = { same: 0, different: 0, unknown: 0 };
    for await (const { record, verdict } of stepAll(ask, core)) {
      const { step, decisions } = record;
      count[verdict.kind] += decisionsOf(verdict, record);
      const total = count.same + count.different + count.unknown;
      if (total % 1_000 === 0)
        line.show(`explain: ${total} decisions, ${count.different} different`);
      if (verdict.kind !== 'different' || count.different > TOLD_MAX) continue;
      line.clear();
      const of = decisions[0]?.decision_id ?? `record ${step.record} of ${step.customerId}`;
      process.stdout.write(`different   ${printable(`${of}: ${verdict.difference}`)}\n`);
    }
    line.clear();
    const { same, different, unknown } = count;
    process.stdout.write(
      `explain     ${same} decisions come out the same, ${different} different` +
        `${unknown === 0 ? '' : `; of ${unknown} history does not have all that they were made of`}\n`,
    );
    if (different > 0) process.stdout.write(boundTold(config));
    return different === 0 ? 0 : 1;
  });
}

async function asking(
  config: Config,
  run: (ask: AskHistory, core: ReplayCore) => Promise<number>,
): Promise<number> {
  const cluster = config.PROFFER_CLICKHOUSE_CLUSTER ?? null;
  const sink = await openSink({ clickhouseUrl: historyUrl(config), cluster, directory: '' });
  const ask = askHistory(sink);
  const stateBytesMax = config.PROFFER_STATE_BYTES_MAX;
  const core = new ReplayCore({ catalogOf: (hash) => catalogOf(ask, hash), stateBytesMax });
  try {
    return await run(ask, core);
  } catch (error) {
    if (error instanceof SetupFault) throw error;
    const isOurs = config.CLICKHOUSE_URL === undefined;
    if (isOurs && codeOf(error as Error) === AUTHENTICATION_FAILED) throw refusedKey(config);
    throw new SetupFault(`history cannot be asked: ${(error as Error).message}`);
  } finally {
    await sink.close();
  }
}

async function catalogOf(ask: AskHistory, hash: string): Promise<Catalog> {
  const [row] = await ask<{ files: { path: string; text: string }[] }>(
    'SELECT files FROM catalogs WHERE hash = {hash:String} LIMIT 1',
    { hash },
  );
  if (row === undefined) throw new Error(`history has no catalog ${hash}`);
  const compiled = compileCatalog(row.files);
  if (compiled.ok) return compiled.catalog;
  throw new Error(`catalog ${hash} does not compile here: ${formatFaults(compiled.faults)}`);
}

/** As the customer's view shows it, at the clock of the step; null where its state is not known. */
async function customerBefore(
  core: ReplayCore,
  step: RecordedStep,
): Promise<CustomerBefore | null> {
  const state = core.stateOf(step.customerId);
  if (state.records + 1 !== step.record && step.record !== 1) return null;
  try {
    return (await core.versionOf(step)).view(state, step.submission.nowMs);
  } catch {
    return null;
  }
}
