// Records of history stepped again, and whether what was decided comes out the same.

import { decisionsOfRecord, firstDifference } from './decision-row.ts';
import type { RecordedDecisions } from './history-records.ts';
import { inputsIn, type RecordedInputs } from './recorded-inputs.ts';
import type { Recorded } from './step-row.ts';

/** The decision core, as `compose/replay-core.ts` has it. */
export interface StepsAgain {
  /** @param recorded what the engine was given then */
  run(steps: readonly Recorded[], recorded: RecordedInputs): Promise<SteppedAgain>;
  /** No customer of those so far comes again. */
  forgetAll(): void;
}

/** What became of a run of records that is stepped again. */
export type SteppedAgain =
  /** A ledger record for each step, as the hot path would write them now; '' for what decides nothing. */
  | { readonly kind: 'stepped'; readonly records: readonly string[] }
  /** The customer's records before it are not all there, so nobody knows the state it was stepped on. */
  | { readonly kind: 'unknown_state' }
  /** It does not come to a record any more. */
  | { readonly kind: 'not_stepped'; readonly reason: string };

/** Whether one record's decisions come out as they were, bit for bit. */
export type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'different'; readonly difference: string }
  | { readonly kind: 'unknown'; readonly reason: string };

const SAME: Verdict = { kind: 'same' };
const GAP: Verdict = {
  kind: 'unknown',
  reason: 'history lacks records of this customer before it, so the state before is not known',
};

const LACKING: Verdict = {
  kind: 'unknown',
  reason: 'history lacks decisions of this record: they were removed, or are not written yet',
};

/** Steps what was committed together. @returns a verdict for each record */
export async function stepAgain(
  core: StepsAgain,
  run: readonly RecordedDecisions[],
): Promise<readonly Verdict[]> {
  let again: SteppedAgain;
  try {
    again = await core.run(
      run.map(({ step }) => step),
      inputsIn(run),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return run.map(() => ({ kind: 'unknown', reason }));
  }
  switch (again.kind) {
    case 'stepped': {
      const { records } = again;
      return run.map(({ step, decisions }, i) => {
        if (decisions.length < step.decided) return LACKING;
        const record = records[i]!;
        const difference =
          dueDifference(step, record) ?? firstDifference(decisions, decisionsOfRecord(record));
        return difference === null ? SAME : { kind: 'different', difference };
      });
    }
    case 'unknown_state':
      return run.map(() => GAP);
    case 'not_stepped': {
      const { reason } = again;
      return run.map(() => ({ kind: 'different', difference: `it is refused now: ${reason}` }));
    }
  }
}

/** Where what became of a timer comes out otherwise, in words; null = it does not. */
function dueDifference(step: Recorded, record: string): string | null {
  if (!('dueResult' in step) || step.dueResult === null) return null;
  const line = record.split('\n').find((one) => one.startsWith('t'));
  const { result } = JSON.parse(line?.slice(1) ?? '{}') as { readonly result?: string };
  // Earlier versions called both by one name.
  const isPutOff = step.dueResult === 'fired' && result === 'put_off';
  return isPutOff || result === step.dueResult
    ? null
    : `what was due was ${step.dueResult}, comes out as ${result}`;
}

/**
 * How many decisions a verdict is about. Of a difference one at least: where nothing was decided,
 * something comes out now, or it is refused.
 */
export function decisionsOf({ kind }: Verdict, { decisions }: RecordedDecisions): number {
  return kind === 'different' ? Math.max(1, decisions.length) : decisions.length;
}

/** Records in the order of the ledger, as they were committed: together or alone. */
export function* runsOf<T extends { readonly step: Recorded }>(
  records: readonly T[],
): Generator<T[]> {
  let run: T[] = [];
  for (const record of records) {
    const before = run.at(-1)?.step;
    const continues = record.step.continuesRun && record.step.customerId === before?.customerId;
    if (before !== undefined && !continues) {
      yield run;
      run = [];
    }
    run.push(record);
  }
  if (run.length > 0) yield run;
}
