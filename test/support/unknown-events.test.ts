import { expect, it } from 'vitest';
import { unknownReasons } from './unknown-events.ts';

it('names each reason of an Event that the reference does not have, once', () => {
  const lines = ['Completed', 'Surprised', 'ClusterRed', 'Surprised'].map((reason) =>
    JSON.stringify({ type: 'Normal', reason, action: 'Probe', note: 'n' }),
  );
  expect(unknownReasons(`${lines.join('\n')}\n`)).toEqual(['Surprised']);
  expect(unknownReasons('')).toEqual([]);
});
