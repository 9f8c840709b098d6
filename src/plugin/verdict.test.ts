import { describe, expect, it } from 'vitest';
import {
  condition,
  connection,
  NOW,
  policy,
  policyPlan,
  request,
  schedule,
} from '../../test/support/plugin-objects.ts';
import type { Ours } from './targets.ts';
import { type Level, LEVELS, needsPerson, verdictOf } from './verdict.ts';

const ready = condition('Ready', 'True', 'Fine');
const notReady = (reason: string) => condition('Ready', 'False', reason);
const reconciling = (reason: string) => [notReady(reason), condition('Reconciling', 'True', reason)];
const stalled = (reason: string) => [notReady(reason), condition('Stalled', 'True', reason)];
const plan = policyPlan;

describe('a verdict', () => {
  it.each<[title: string, one: Ours, level: Level]>([
    ['nothing is known yet', connection(), 'unseen'],
    ['a connection is ready', connection({ conditions: [ready] }), 'good'],
    [
      'a cluster is red',
      connection({ conditions: [ready, condition('Healthy', 'False', 'Red')] }),
      'needs you',
    ],
    [
      'a cluster was not looked at',
      connection({ conditions: [ready, condition('Healthy', 'Unknown', 'NotObserved')] }),
      'good',
    ],
    ['a login is refused', connection({ conditions: reconciling('AuthenticationFailed') }), 'needs you'],
    ['a copy runs', request({ phase: 'Copying', conditions: reconciling('InProgress') }), 'at work'],
    ['a copy waits for its turn', request({ conditions: reconciling('WaitingForTurn') }), 'waiting'],
    [
      'a fault is tried again',
      request({ conditions: [notReady('InProgress'), condition('Reconciling', 'True', 'Retrying')] }),
      'at work',
    ],
    [
      'a copy waits for approval',
      request({
        conditions: [
          ...reconciling('WaitingForApproval'),
          condition('ApprovalRequired', 'True', 'WaitingForApproval'),
        ],
      }),
      'needs you',
    ],
    ['a copy has failed', request({ phase: 'Failed', conditions: stalled('ScriptFailed') }), 'failed'],
    ['a copy was cancelled', request({ phase: 'Cancelled', conditions: stalled('Cancelled') }), 'ended'],
    ['a copy was rolled back', request({ phase: 'RolledBack', conditions: stalled('RolledBack') }), 'ended'],
    [
      'a copy is suspended',
      request({ conditions: [notReady('Suspended'), condition('Suspended', 'True', 'Suspended')] }),
      'stopped',
    ],
    ['a copy is done', request({ phase: 'Completed', conditions: [ready] }), 'good'],
    [
      'a copy lacks a setting',
      request({
        phase: 'Completed',
        conditions: [ready, condition('SettingsRefused', 'True', 'SettingsLacking')],
      }),
      'needs you',
    ],
    [
      'a rollback was refused',
      request({
        phase: 'RollbackWindow',
        conditions: [ready, condition('RollbackRefused', 'True', 'NewWrites')],
      }),
      'needs you',
    ],
    [
      'a rollback was refused long ago',
      request({ phase: 'Completed', conditions: [ready, condition('RollbackRefused', 'True', 'NewWrites')] }),
      'good',
    ],
    [
      'documents were left out',
      request({
        phase: 'Completed',
        conditions: [ready, condition('QuarantinedDocuments', 'True', 'DocumentFailures')],
      }),
      'needs you',
    ],
    ['snapshots are fresh', schedule({ conditions: [ready, condition('Healthy', 'True', 'Fresh')] }), 'good'],
    [
      'snapshots are stale',
      schedule({ conditions: [ready, condition('Healthy', 'False', 'Stale')] }),
      'needs you',
    ],
    [
      'there was no success yet',
      schedule({ conditions: [ready, condition('Healthy', 'Unknown', 'NeverSucceeded')] }),
      'good',
    ],
    [
      'a restore check failed',
      schedule({ conditions: [ready, condition('Restorable', 'False', 'RestoreCheckFailed')] }),
      'needs you',
    ],
    [
      'a snapshot runs',
      schedule({
        conditions: [ready],
        active: { snapshot: 's', repository: 'r', slot: '2026-11-25T11:00:00Z', attempt: 1, accepted: true },
      }),
      'at work',
    ],
    ['a repository is missing', schedule({ conditions: reconciling('RepositoryMissing') }), 'needs you'],
    ['a policy is right', policy({ conditions: [ready], plan }), 'good'],
    [
      'a plan waits',
      policy({
        conditions: [
          ...reconciling('ApprovalRequired'),
          condition('ApprovalRequired', 'True', 'WaitingForApproval'),
        ],
        plan,
      }),
      'needs you',
    ],
    ['policies are in conflict', policy({ conditions: stalled('Conflict') }), 'failed'],
    [
      'the operator is paused',
      policy({ conditions: [notReady('Running'), condition('Reconciling', 'True', 'Paused')] }),
      'waiting',
    ],
  ])('when %s', (_, one, level) => {
    expect(verdictOf(one, NOW).level).toBe(level);
  });

  it('says what to do, once for each reason, whenever a person must act', () => {
    const conditions = [
      ...stalled('DocumentFailures'),
      condition('QuarantinedDocuments', 'True', 'DocumentFailures'),
    ];
    const { level, todo } = verdictOf(request({ phase: 'Failed', conditions }), NOW);
    expect([needsPerson(level), todo.length]).toEqual([true, 1]);
    expect(todo[0]?.text).toContain('orders-v2-error'.replace('orders-v2', '{destination}'));
  });

  it('says of an object without status what may be missing in its namespace', () => {
    const [{ text } = { text: '' }] = verdictOf(connection(), NOW).todo;
    expect(text).toMatch(/--watch-namespaces.*Role.*helm upgrade/u);
  });

  it('gives commands that can be copied', () => {
    const conditions = [
      ...reconciling('ApprovalRequired'),
      condition('ApprovalRequired', 'True', 'WaitingForApproval'),
    ];
    expect(verdictOf(policy({ conditions, plan }), NOW).todo[0]?.commands).toEqual([
      'kubectl es-steward plan imp/logs -n shop',
      'kubectl es-steward approve imp/logs -n shop',
    ]);
  });

  it('says how things are in a line', () => {
    const { what } = verdictOf(
      policy({ conditions: [ready], plan, matched: 120, nextRunTime: '2026-11-25T13:00:00Z' }),
      NOW,
    );
    expect(what).toBe('120 indexes, 3 to delete, 3 alias changes due, next in 60m');
  });

  it('has levels from good to bad', () => {
    expect(LEVELS.map(needsPerson)).toEqual(
      LEVELS.map(needsPerson).toSorted((a, b) => Number(a) - Number(b)),
    );
  });
});
