import { describe, expect, it } from 'vitest';
import type { Condition } from '../crds/shared.ts';
import { conditionsOf, retryingConditions } from './conditions.ts';
import type { Readiness } from './controller.ts';

const NOW = Date.parse('2026-05-05T10:00:00.123Z');
const BEFORE = '2026-01-01T00:00:00Z';
const before = (type: string, status: Condition['status'], reason = 'Before'): Condition => ({
  type,
  status,
  reason,
  message: 'before',
  lastTransitionTime: BEFORE,
  observedGeneration: 1,
});
const context = (...previous: readonly Condition[]) => ({ previous, generation: 2, now: NOW });
const as = (type: Readiness['type']): Readiness => ({ type, reason: 'Because', message: 'It is so.' });
const brief = (conditions: readonly Condition[]) =>
  conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`);

describe('conditions', () => {
  it.each<[Readiness['type'], string[]]>([
    ['ready', ['Ready=True Because']],
    ['reconciling', ['Ready=False Because', 'Reconciling=True Because']],
    ['stalled', ['Ready=False Because', 'Stalled=True Because']],
    ['suspended', ['Ready=False Suspended', 'Suspended=True Because']],
  ])('of what is %s', (type, expected) => {
    const previous = context(
      before('Reconciling', 'True'),
      before('Stalled', 'True'),
      before('Suspended', 'True'),
    );
    expect(brief(conditionsOf(as(type), [], previous))).toEqual(expected);
  });

  it('keep the time of the last transition while the status stays', () => {
    const [ready] = conditionsOf(as('ready'), [], context(before('Ready', 'True')));
    expect(ready).toMatchObject({ reason: 'Because', lastTransitionTime: BEFORE, observedGeneration: 2 });
  });

  it('move the time of the last transition with the status', () => {
    const [ready] = conditionsOf(as('ready'), [], context(before('Ready', 'False')));
    expect(ready?.lastTransitionTime).toBe('2026-05-05T10:00:00Z');
  });

  it('drop what the controller no longer says, and keep it when the controller was not asked', () => {
    const previous = context(before('Healthy', 'True'));
    expect(brief(conditionsOf(as('ready'), [], previous))).toEqual(['Ready=True Because']);
    expect(brief(conditionsOf(as('ready'), undefined, previous))).toEqual([
      'Ready=True Because',
      'Healthy=True Before',
    ]);
  });

  it('cannot be taken over by a controller', () => {
    const forged = { type: 'Stalled', status: 'True', reason: 'Forged', message: '' } as const;
    expect(brief(conditionsOf(as('ready'), [forged], context()))).toEqual(['Ready=True Because']);
  });
});

describe('conditions after a fault', () => {
  it('keep the last Ready and say that a retry is due', () => {
    const kept = retryingConditions(
      'no answer',
      undefined,
      context(before('Ready', 'True'), before('Healthy', 'True')),
    );
    expect(brief(kept)).toEqual(['Ready=True Before', 'Reconciling=True Retrying', 'Healthy=True Before']);
  });

  it('do not guess at a Ready that was never known', () => {
    expect(brief(retryingConditions('no answer', undefined, context()))).toEqual([
      'Ready=Unknown Retrying',
      'Reconciling=True Retrying',
    ]);
  });

  it.each(['ConnectionNotReady', 'Retrying'])('replace %s: it may be over, and this is not', (reason) => {
    const previous = context(before('Ready', 'False', reason), before('Reconciling', 'True', reason));
    const [ready] = retryingConditions('no answer', undefined, previous);
    expect(ready).toMatchObject({
      status: 'False',
      reason: 'Retrying',
      message: 'no answer',
      lastTransitionTime: BEFORE,
    });
  });

  it('keep what controllers go on from', () => {
    const previous = context(before('Ready', 'False', 'Conflict'), before('Reconciling', 'True', 'Conflict'));
    expect(brief(retryingConditions('no answer', undefined, previous))).toEqual([
      'Ready=False Conflict',
      'Reconciling=True Retrying',
    ]);
  });

  it('tell the newest fault where Ready was never known', () => {
    const first = retryingConditions('no answer', undefined, context());
    const [ready] = retryingConditions('another', undefined, context(...first));
    expect(ready).toMatchObject({ status: 'Unknown', message: 'another' });
  });

  it('end a stall: what is tried again is not stalled', () => {
    const after = retryingConditions(
      'no answer',
      undefined,
      context(before('Ready', 'False'), before('Stalled', 'True')),
    );
    expect(brief(after)).toEqual(['Ready=False Before', 'Reconciling=True Retrying']);
  });
});
