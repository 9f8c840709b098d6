import { describe, expect, it } from 'vitest';
import { type Condition, RUN_NOW } from '../crds/shared.ts';
import { pendingRunNow, recalledRunNow, type RunNow } from './run-now.ts';

const CREATED = '2026-06-01T00:00:00Z';
const MINUTES = 60_000;
const minutesAfter = (minutes: number) => Date.parse(CREATED) + minutes * MINUTES;
const ready: Condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Waiting',
  message: '',
  lastTransitionTime: CREATED,
};
const asking = (token: string | undefined, status: RunNow['status']): RunNow => ({
  metadata: { creationTimestamp: CREATED, annotations: token === undefined ? {} : { [RUN_NOW]: token } },
  status,
});

it.each([
  ['is absent', undefined, undefined, undefined],
  ['is empty', '', undefined, undefined],
  ['is empty after one that was answered', '', 'one', undefined],
  ['is the first', 'one', undefined, 'one'],
  ['was answered', 'one', 'one', undefined],
  ['is another one', 'two', 'one', 'two'],
  ['is longer than status can tell, and was answered', 'x'.repeat(300), 'x'.repeat(255), undefined],
])('run-now that %s', (_how, asked, answered, expected) => {
  const status = { conditions: [ready], lastHandledRunNow: answered };
  expect(pendingRunNow(asking(asked, status), minutesAfter(60))).toBe(expected);
});

describe('a status that says nothing', () => {
  it.each([undefined, {}, { conditions: [] }])('is no answer of a new object: %j', (status) => {
    const object = asking('one', status);
    expect(pendingRunNow(object, minutesAfter(10))).toBe('one');
    expect(recalledRunNow(object, minutesAfter(10))).toEqual({});
  });

  it.each([undefined, {}, { conditions: [] }])('was lost by an old object, and is recalled: %j', (status) => {
    const object = asking('one', status);
    expect(pendingRunNow(object, minutesAfter(11))).toBeUndefined();
    expect(recalledRunNow(object, minutesAfter(11))).toEqual({ lastHandledRunNow: 'one' });
  });

  it('recalls nothing where nothing is asked for, or status speaks', () => {
    expect(recalledRunNow(asking(undefined, undefined), minutesAfter(11))).toEqual({});
    expect(recalledRunNow(asking('one', { conditions: [ready] }), minutesAfter(11))).toEqual({});
  });
});
