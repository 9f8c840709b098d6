import { describe, expect, it } from 'vitest';
import { type Condition, connectionOf, findCondition, isConditionTrue } from './shared.ts';

const condition = (type: string, status: Condition['status']): Condition => ({
  type,
  status,
  reason: 'Reason',
  message: 'Message.',
  lastTransitionTime: '2026-11-26T12:00:00Z',
});

describe('a condition of a status', () => {
  const status = { conditions: [condition('Ready', 'Unknown'), condition('Stalled', 'True')] };

  it('is found by its type', () => {
    expect(findCondition(status, 'Stalled')).toBe(status.conditions[1]);
    expect(findCondition(status, 'Healthy')).toBeUndefined();
    expect(findCondition({}, 'Ready')).toBeUndefined();
    expect(findCondition(undefined, 'Ready')).toBeUndefined();
  });

  it('is true only where it says so', () => {
    const held = ['Ready', 'Stalled', 'Healthy'].filter((type) => isConditionTrue(status, type));
    expect(held).toEqual(['Stalled']);
  });
});

it('looks for a connection in the namespace of the object, unless another one is named', () => {
  const metadata = { namespace: 'team-a' };
  const through = (namespace?: string) =>
    connectionOf({ metadata, spec: { connectionRef: { name: 'main', namespace } } });
  expect([through(), through('shared')]).toEqual(['team-a/main', 'shared/main']);
});
