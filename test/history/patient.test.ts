import { expect, it } from 'vitest';
import { patient } from '../../src/history/verify/patient.ts';

/** A sink whose questions fail with these first. */
function failing(...codes: readonly string[]) {
  const left = [...codes];
  let asked = 0;
  const sink = {
    async query<Row>(): Promise<Row[]> {
      asked++;
      const code = left.shift();
      if (code !== undefined) throw Object.assign(new Error(code), { code });
      return [{ n: 1 }] as Row[];
    },
  };
  return { sink, asked: () => asked };
}

it('asks again when the connection is cut, and nobody or no table is there', async () => {
  const { sink, asked } = failing('ECONNRESET', 'ECONNREFUSED', '60');
  expect(await patient(sink, 60_000).query('SELECT 1')).toEqual([{ n: 1 }]);
  expect(asked()).toBe(4);
});

it('hands on at once what history says, and in the end that nobody is there', async () => {
  const refused = failing('241');
  await expect(patient(refused.sink, 60_000).query('SELECT 1')).rejects.toThrow('241');
  expect(refused.asked()).toBe(1);
  const away = failing('ECONNREFUSED', 'ECONNREFUSED');
  await expect(patient(away.sink, -1).query('SELECT 1')).rejects.toThrow('ECONNREFUSED');
  expect(away.asked()).toBe(1);
});
