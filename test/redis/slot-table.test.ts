import { expect, it } from 'vitest';
import { type NodeView, readClusterNodes } from '../../src/redis/cluster-view.ts';
import { SlotTable } from '../../src/redis/slot-table.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);

it('reads what a node says of all', () => {
  const text = [
    `${A} :7001@17001,shop.example,,tls-port=0,shard-id=x myself,master - 0 0 3 connected 0-99 101 [102->-${B}]`,
    `${B} 2001:db8::2:7002@17002 master,fail - 1 1 2 disconnected 100`,
    'c 10.0.0.3:7003@17003,db.example slave b 0 0 2 connected',
    'd :0@0 master,noaddr - 0 0 0 disconnected',
    'e 10.0.0.5:7005@17005 master,fail - 0 0 4 connected',
    '',
  ].join('\n');
  const views = readClusterNodes(text, '10.0.0.1', false);
  expect(views.map(({ address }) => address)).toEqual([
    { host: '10.0.0.1', port: 7001 },
    { host: '2001:db8::2', port: 7002 },
    { host: '10.0.0.3', port: 7003 },
    null,
    { host: '10.0.0.5', port: 7005 },
  ]);
  expect(views[0]).toMatchObject({
    epoch: 3,
    isMaster: true,
    ranges: [
      [0, 99],
      [101, 101],
    ],
  });
  expect(views[0]!.names).toEqual(['10.0.0.1:7001', 'shop.example:7001']);
  expect(views.map(({ isMaster }) => isMaster)).toEqual([true, true, false, true, false]);
  const [named] = readClusterNodes(text, '10.0.0.1', true);
  expect(named!.address).toEqual({ host: 'shop.example', port: 7001 });
});

const nodes = new Map([A, B].map((id) => [id, { id }]));
const nodeOf = (id: string) => nodes.get(id) ?? null;
const view = (id: string, epoch: number, ...ranges: [number, number][]): NodeView => ({
  ...{ id, epoch, ranges, isMaster: true },
  ...{ address: { host: id, port: 1 }, names: [], imports: null },
});

it('believes the later epoch, whoever is asked last', () => {
  const table = new SlotTable();
  expect(table.merge([view(A, 1, [0, 16_382])], nodeOf)).toBe(false);
  expect(table.isWhole).toBe(false);
  expect(table.merge([view(A, 1, [0, 16_383])], nodeOf)).toBe(false);
  expect(table.isWhole).toBe(true);
  expect(table.merge([view(A, 1), view(B, 2, [0, 9])], nodeOf)).toBe(true);
  expect(table.merge([view(A, 1, [0, 16_383]), view(B, 0)], nodeOf)).toBe(false);
  expect([table.ownerOf(9)?.id, table.ownerOf(10)?.id]).toEqual([B, A]);
});

it('takes a redirection before what those say who have not heard of it', () => {
  const table = new SlotTable<{ readonly id: string }>();
  table.merge([view(A, 5, [0, 16_383]), view(B, 2)], nodeOf);
  expect(table.move(7, nodes.get(B)!)).toBe(true);
  expect(table.move(7, nodes.get(B)!)).toBe(false);
  table.merge([view(A, 5, [0, 16_383]), view(B, 2)], nodeOf);
  expect(table.ownerOf(7)?.id).toBe(B);
  table.merge([view(A, 6, [7, 7]), view(B, 2)], nodeOf);
  expect(table.ownerOf(7)?.id).toBe(A);
});

it('forgets a node that the others have forgotten, whatever its epoch was', () => {
  const table = new SlotTable();
  table.merge([view(A, 9, [0, 16_383])], nodeOf);
  expect(table.merge([view(B, 1, [0, 16_383])], nodeOf)).toBe(true);
  expect(table.ownerOf(0)?.id).toBe(B);
});
