import { expect, it } from 'vitest';
import { laterSteps, type RecordHistory, type Stay } from '../../src/compose/later-steps.ts';
import type { LaterStep } from '../../src/customers/merge-history.ts';
import { writeFold, writeUnfold } from '../../src/ledger/identity-rows.ts';
import { writeRecord } from '../../src/ledger/ledger-record.ts';
import type { CustomerEvent } from '../../src/model/event.ts';
import { emptyState } from '../../src/model/state.ts';
import { StateCodec } from '../../src/state/codec.ts';
import { recordText, steppedEvent } from '../ledger/ledger-fixture.ts';
import { recordedIn } from '../replay/recorded.ts';

const AT = Date.UTC(2026, 10, 23, 8);
const how = { catalog: 'hash1', publication: 1, continuesRun: false };
const codec = new StateCodec();

/** The state of `of`, who is also called `phone:<of>`. */
function documentOf(of: string): string {
  const link = { id: `phone:${of}`, kind: 'phone', value: null };
  const links = [{ ...link, linkedAtMs: AT, renewedAtMs: AT }];
  return codec.encode({ ...emptyState(of), records: 1, links });
}

/** A fold of `from`, or its end. */
function told(write: typeof writeUnfold, from: string): string {
  const states = {
    fromState: documentOf(from),
    intoState: codec.encode({ ...emptyState('u1'), records: 1 }),
  };
  const fold = { mergeId: `m ${from}`, from, earlier: [], atMs: AT, receivedAtMs: AT, ...states };
  return write({ ...fold, fromRecords: 1 }, { ...emptyState('u1'), records: 2 }, how);
}

const folds = (from: string) => told((fold, state, by) => writeFold(fold, state, by, ''), from);
const taken = (from: string) => told(writeUnfold, from);
/** Told by a name. */
const event = (under: string) =>
  recordText({ messageId: 'm', customerId: 'u1', properties: { under } });

interface Customer {
  readonly ledger: readonly string[];
  readonly stays?: readonly Stay[];
}

/** All that the first one did. */
async function stepsOf(customers: Record<string, Customer>): Promise<readonly string[] | null> {
  const history: RecordHistory = {
    async records(id, after, last) {
      const records = recordedIn(0, customers[id]!.ledger).map(({ step }) => step);
      return records
        .map((step, i) => ({ ...step, record: i + 1 }))
        .filter(({ record }) => record > after && record <= last);
    },
    stays: async (id) => customers[id]!.stays ?? [],
  };
  const nameOf = ({ properties }: CustomerEvent) => properties.under as string;
  const [[id, { ledger }]] = Object.entries(customers) as [[string, Customer]];
  const steps = await laterSteps(history, nameOf, id, 0, ledger.length);
  return steps?.map(textOf) ?? null;
}

function textOf(step: LaterStep): string {
  switch (step.kind) {
    case 'event':
      return step.id;
    case 'fold':
      return `fold ${step.fold.from}`;
    case 'undone':
      return `undone ${step.mergeId}`;
  }
}

it('are events by the name that they came under, and folds', async () => {
  const ledger = [event('u1'), folds('a'), event('a'), event('phone:a')];
  expect(await stepsOf({ u1: { ledger } })).toEqual(['u1', 'fold a', 'a', 'phone:a']);
});

it('are without a fold that was taken back, and without what went along with it', async () => {
  const between = [event('a'), event('phone:a'), event('u1'), folds('b')];
  const ledger = [event('a'), folds('a'), ...between, taken('a'), event('u2')];
  expect(await stepsOf({ u1: { ledger } })).toEqual(['a', 'u1', 'fold b', 'u2']);
});

it('are without what time brought: what is pending now, the survivor knows', async () => {
  const due = { trigger: 'cart', key: null, dueAtMs: AT, result: 'fired' } as const;
  const [submission, stepped] = steppedEvent({ messageId: 'timer', customerId: 'u1' });
  const stimulus = { kind: 'timer', ...due } as const;
  const time = writeRecord({ ...submission, stimulus }, { ...stepped, due }, how);
  const ledger = [event('u1'), time, event('a')];
  expect(await stepsOf({ u1: { ledger } })).toEqual(['u1', 'a']);
});

it('say where a fold of before was taken back', async () => {
  const ledger = [event('u1'), taken('a'), event('u1')];
  expect(await stepsOf({ u1: { ledger } })).toEqual(['u1', 'undone m a', 'u1']);
});

it('are what was done elsewhere too, by the names of then, while the customer was part of others', async () => {
  const stay = (records: number, first: number, last: number | null) => ({
    ...{ into: 'c', records, first, last },
    fromState: Buffer.from(documentOf('u1'), 'latin1').toString('base64'),
  });
  const ledger = [event('u1'), event('u1')];
  const other = [event('u1'), folds('u1'), event('phone:u1'), event('c'), taken('u1'), event('u1')];
  const c = { ledger: other };
  expect(await stepsOf({ u1: { ledger, stays: [stay(1, 2, 5)] }, c })).toEqual([
    ...['u1', 'phone:u1', 'u1'],
  ]);
  expect(await stepsOf({ u1: { ledger, stays: [stay(2, 2, 5)] }, c })).toEqual([
    ...['u1', 'u1', 'phone:u1'],
  ]);
  // Whoever is a customer again was taken out: history does not have it yet.
  expect(await stepsOf({ u1: { ledger, stays: [stay(1, 2, null)] }, c })).toBeNull();
});
