import { expect, it } from 'vitest';
import { quantile } from './measure.ts';
import { table } from './table.ts';

it('shows both figures, their ratio and the goal', () => {
  const text = table([
    { what: 'burst', unit: 's', ours: 3, peer: 2, typedPeer: 1, goal: 'ratio <= 1' },
    { what: 'writes', unit: '', ours: 0, peer: 0, goal: '0' },
    { what: 'idle', unit: 'MB', ours: 99.96, goal: '<= 100' },
  ]);
  const cells = text.split('\n').map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
  expect(cells.slice(2)).toEqual([
    ['burst', '3 s', '2 s', '1.50', 'ratio <= 1', '1 s'],
    ['writes', '0', '0', '', '0', ''],
    ['idle', '100 MB', '', '', '<= 100', ''],
  ]);
});

it.each<[readonly number[], number, number]>([
  [[3, 1, 2], 0.5, 2],
  [[5], 0.99, 5],
  [Array.from({ length: 100 }, (_, index) => index), 0.99, 99],
])('takes from %j the quantile %d', (values, share, expected) => {
  expect(quantile(values, share)).toBe(expected);
});
