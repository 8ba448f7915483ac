import { describe, expect, it } from 'vitest';
import { writeAudit } from '../../src/ledger/audit-record.ts';
import { writeFold, writeUnfold } from '../../src/ledger/identity-rows.ts';
import { writeRejection } from '../../src/ledger/ledger-record.ts';
import { Blocks, monthOf } from '../../src/ledger/ledger-rows.ts';
import { emptyState } from '../../src/model/state.ts';
import { recordText } from './ledger-fixture.ts';

const AT = Date.UTC(2026, 10, 23, 8);

function rowsOf(text: string): Record<string, Record<string, unknown>[]> {
  const blocks = new Blocks();
  blocks.addRecord(7, 42, text, AT);
  return Object.fromEntries(
    blocks.all().map((block) => [block.table, block.rows.map((row) => JSON.parse(row))]),
  );
}

describe('a ledger record', () => {
  it('of a use of a door is one row of `audit`, whatever a key is called', () => {
    const use = { kind: 'staff', action: 'customers.read', target: 'h', detail: 'a\nb' };
    expect(rowsOf(writeAudit({ atMs: AT, keyName: 'Ann"\n\ud800', ...use }))).toEqual({
      audit: [
        {
          ...{ partition: 7, ledger_id: 42, ordinal: 0, received_at: AT, at: AT },
          ...{ key_name: 'Ann"\n\ufffd', ...use },
        },
      ],
    });
  });

  it('yields the rows of all that one event caused, each with its position', () => {
    const rows = rowsOf(
      recordText({ messageId: 'm1', receivedAtMs: AT, decisions: 2, customerChanged: true }),
    );
    expect(Object.keys(rows).sort()).toEqual([
      'customer_changes',
      'decisions',
      'events',
      'firings',
    ]);
    const all = Object.values(rows).flat();
    expect(all.map((row) => row.ordinal).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    for (const row of all)
      expect(row).toMatchObject({ partition: 7, ledger_id: 42, received_at: AT });
    expect(rows.events).toMatchObject([{ message_id: 'm1', type: 'track', timestamp: AT - 1000 }]);
    expect(rows.decisions?.[0]).toMatchObject({
      offer_ids: ['o1'],
      'candidates.reason': ['chosen', 'ineligible'],
      'candidates.score': [0.5, null],
    });
    expect(rows.customer_changes).toMatchObject([
      { traits: { tier: 'gold' }, segments: { vip: 'true', tier: 'gold' } },
    ]);
  });

  it('says in its first row how it was stepped, and what was sent as it was sent', () => {
    const properties = { z: 1, a: null, 'q"': '","properties":{' };
    const text = recordText({ messageId: 'm1', receivedAtMs: AT, properties, decisions: 1 });
    const rows = rowsOf(text);
    expect(rows.events).toMatchObject([
      { step_record: 1, step_mode: 11, step_clock: AT, step_publication: 1, step_catalog: 'hash1' },
    ]);
    const sent = JSON.parse(rows.events![0]!.step_source as string);
    expect(Object.keys(sent)).toEqual(['properties', 'context']);
    expect(JSON.stringify(sent.properties)).toBe(JSON.stringify(properties));
    for (const row of [...rows.decisions!, ...rows.firings!])
      expect(row).not.toHaveProperty('step_record');
    // A later version may say more.
    const later = text.replace('hash1', 'hash1 more');
    expect(rowsOf(later)).toEqual(rows);
  });

  it('says of a fold who went where, once with the states as they were', () => {
    const how = { catalog: 'hash1', publication: 3, continuesRun: false };
    const states = { fromState: '\u0001\u00ff', intoState: '' };
    const times = { atMs: AT - 5, receivedAtMs: AT, fromRecords: 4 };
    const earlier = [
      { mergeId: 'm0', from: 'phone:x', atMs: AT - 9 },
      { mergeId: 'm"0', from: 'phone:x', atMs: AT - 7 },
    ];
    const fold = { mergeId: 'm"1', from: 'anonymous:ä', earlier, ...times, ...states };
    const state = { ...emptyState('u\n1'), records: 8 };
    const rows = rowsOf(writeFold(fold, state, how, '\nc{"customer_id":"u\\n1"}'));
    const whole = { customer_id: 'u\n1', canonical_id: 'u\n1', merge_id: 'm"1', overridden_at: AT };
    expect(rows).toMatchObject({
      identity_changes: [
        {
          ...{ ...whole, ordinal: 0, from_id: 'anonymous:ä', from_state: 'Af8=', into_state: '' },
          ...{ from_records: 4, life: 'm"1' },
          ...{ step_record: 8, step_mode: 1, step_clock: AT - 5, step_catalog: 'hash1' },
        },
        // Of each of its lives.
        { ...whole, ordinal: 1, from_id: 'phone:x', life: 'm0' },
        { ...whole, ordinal: 2, from_id: 'phone:x', life: 'm"0' },
      ],
      customer_changes: [{ ordinal: 3, customer_id: 'u\n1' }],
    });
    // Taken back, the same lives lead to whom they led to before.
    const undone = rowsOf(writeUnfold(fold, state, how)).identity_changes!;
    expect(undone.map(({ from_id, canonical_id, life }) => [from_id, canonical_id, life])).toEqual([
      ['anonymous:ä', 'anonymous:ä', 'm"1'],
      ['phone:x', 'anonymous:ä', 'm0'],
      ['phone:x', 'anonymous:ä', 'm"0'],
    ]);
    expect(rows.identity_changes![1]).not.toHaveProperty('from_state');
    expect(rows.identity_changes![1]).not.toHaveProperty('step_record');
  });

  it('keeps the digits of long numbers in what was sent', () => {
    const [event] = rowsOf(recordText({ messageId: 'm', properties: { id: 2n ** 64n } })).events!;
    expect(event!.properties).toEqual({ id: '18446744073709551616' });
    expect(event!.step_source).toContain('"properties":{"id":18446744073709551616}');
  });

  it('shows the offers of a decision as they were given', () => {
    const rows = rowsOf(recordText({ messageId: 'm', receivedAtMs: AT, decisions: 1 }));
    expect(rows.decisions).toMatchObject([
      { offer_ids: ['o1'], treatments: ['{"title":"Hello"}'], expires_at: [null] },
    ]);
  });

  it('of a counted outcome is an outcome', () => {
    const rows = rowsOf(recordText({ messageId: 'm', outcome: 'counted' }));
    expect(Object.keys(rows)).toEqual(['outcomes']);
    expect(rows.outcomes).toHaveLength(1);
  });

  it('of a refused request keeps at most 4,096 characters of the body', () => {
    const rejection = { code: 'invalid_event', message: 'bad', path: 'properties.price' };
    const known = { keyId: 'k', customerId: '', messageId: '' };
    const rows = rowsOf(writeRejection({ ...rejection, ...known, body: '{'.repeat(9_000) }, AT));
    expect(rows.rejected?.[0]?.body).toBe('{'.repeat(4_096));
    expect(rows.rejected?.[0]).toMatchObject(rejection);
  });

  it('that nobody can read becomes a row of `rejected`', () => {
    const heads = [
      '3 1',
      '2 1',
      '2 1 3 0 1 1',
      '2 1 3 0 1 x hash',
      '2 1 3 0 1 1 a"b',
      '1 soon',
      '1 1 1',
    ];
    for (const text of ['', 'x', ...heads.map((head) => `${head}\ne{"a":1}`)]) {
      expect(rowsOf(text).rejected).toMatchObject([{ code: 'unreadable_record', body: text }]);
    }
    expect(rowsOf(`1 ${AT}\nz{"a":1}`).rejected).toMatchObject([{ ledger_id: 42, ordinal: 0 }]);
  });

  it('goes to the block of its table and month', () => {
    const blocks = new Blocks();
    const months = [Date.UTC(2026, 9, 31, 23, 59, 59, 999), Date.UTC(2026, 10, 1)];
    for (const receivedAtMs of [...months, ...months]) {
      blocks.addRecord(1, 1, recordText({ messageId: 'm', receivedAtMs }), AT);
    }
    expect(blocks.all().map((b) => [b.table, b.month, b.rows.length])).toEqual([
      ['events', 202610, 2],
      ['events', 202611, 2],
    ]);
  });
});

it('months are those of UTC, also at their very ends and before 1970', () => {
  const at = (iso: string) => monthOf(Date.parse(iso));
  expect(at('2026-11-30T23:59:59.999Z')).toBe(202611);
  expect(at('2026-12-01T00:00:00.000Z')).toBe(202612);
  expect(at('2026-11-30T23:59:59.999Z')).toBe(202611);
  expect(at('1969-12-31T23:59:59.999Z')).toBe(196912);
});
