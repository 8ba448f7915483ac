import { expect, it } from 'vitest';
import { laterSteps } from '../../src/compose/later-steps.ts';
import { writeFold, writeUnfold } from '../../src/ledger/identity-rows.ts';
import { emptyState } from '../../src/model/state.ts';
import { StateCodec } from '../../src/state/codec.ts';
import { recordText } from '../ledger/ledger-fixture.ts';
import { recordedIn } from '../replay/recorded.ts';

const AT = Date.UTC(2026, 10, 23, 8);
const how = { catalog: 'hash1', publication: 1, continuesRun: false };
const codec = new StateCodec();

/** A fold of `from`, who is also called `phone:<from>`, or its end. */
function told(write: typeof writeUnfold, from: string): string {
  const link = { id: `phone:${from}`, kind: 'phone', value: null };
  const links = [{ ...link, linkedAtMs: AT, renewedAtMs: AT }];
  const states = {
    fromState: codec.encode({ ...emptyState(from), records: 1, links }),
    intoState: codec.encode({ ...emptyState('u1'), records: 1 }),
  };
  const fold = { mergeId: `m ${from}`, from, earlier: [], atMs: AT, receivedAtMs: AT, ...states };
  return write({ ...fold, fromRecords: 1 }, { ...emptyState('u1'), records: 2 }, how);
}

const folds = (from: string) => told((fold, state, by) => writeFold(fold, state, by, ''), from);
const taken = (from: string) => told(writeUnfold, from);
const event = (of: string) => recordText({ messageId: `m ${of}`, customerId: 'u1' });

/** Every event is named by its message. */
function steps(...ledger: string[]): readonly string[] | null {
  const records = recordedIn(0, ledger).map(({ step }) => step);
  const ids = ledger
    .filter((text) => text.includes('\ne{'))
    .map((text) => /"m ([^"]+)"/.exec(text)![1]!);
  const found = laterSteps(records, () => ids.shift() ?? null);
  return found?.map((step) => (step.kind === 'event' ? step.id : `fold ${step.fold.from}`)) ?? null;
}

it('are events by the name that they came under, and folds', () => {
  expect(steps(event('u1'), folds('a'), event('a'), event('phone:a'))).toEqual([
    ...['u1', 'fold a', 'a', 'phone:a'],
  ]);
});

it('are without a fold that was taken back, and without what went along with it', () => {
  const between = [event('a'), event('phone:a'), event('u1'), folds('b')];
  expect(steps(event('a'), folds('a'), ...between, taken('a'), event('u2'))).toEqual([
    ...['a', 'u1', 'fold b', 'u2'],
  ]);
});

it('cannot be told where a fold of before was taken back', () => {
  expect(steps(event('u1'), taken('a'), event('u1'))).toBeNull();
});
