import { describe, expect, it } from 'vitest';
import {
  actionsOf,
  copying,
  destination,
  EPOCH,
  inCopy,
  observed,
  orders,
  plan,
  request,
  run,
  shards,
  source,
  spec,
  stage,
} from '../../../../test/support/reindex-situations.ts';
import { contentHash } from '../../../runtime/content-hash.ts';
import { pipelinesHash, type Pipelines } from '../pipeline-rules.ts';
import { copyScript, PROGRAM } from '../script.ts';

const judged: Pipelines = {
  clean: { processors: [{ pipeline: { name: 'more', ignore_missing_pipeline: true } }] },
  more: undefined,
};
const waiting = { shard: 0, from: 0, to: 49, try: 0 };
const running = { shard: 0, from: 50, to: 99, try: 0, task: 'n:1', term: 1 };
const task = { id: 'n:1', opaqueId: 'x' };

function begun(over: object = {}) {
  const copy = { ...copying.copy, shards, running: [running, waiting], ...over };
  return { ...copying, plan: { ...plan, pipelinesHash: pipelinesHash(judged) }, copy } as typeof copying;
}

const unblocked = source({ aliases: { orders, [EPOCH]: {} } });
const asked = { transform: { pipeline: 'clean' } };
const world = (pipelines: Pipelines, over: object = {}) =>
  observed({ ...inCopy, pipelines, tasks: { complete: true, running: [task] }, ...over });
const pass = (pipelines: Pipelines, over: object = {}) =>
  run(request(begun(), asked), world(pipelines, over));

describe('the program of a copy that runs', () => {
  const renamed = { transform: { renames: [{ from: 'a', to: 'b' }] } };
  const at = (program: number | undefined) =>
    run(request({ ...begun(), plan: { ...plan, program } }, renamed), observed(inCopy));

  it('is pinned in the plan where there is one', () => {
    expect(run(request({ phase: 'Validating' }, renamed), observed()).status.plan?.program).toBe(PROGRAM);
    expect(run(request({ phase: 'Validating' }), observed()).status.plan).not.toHaveProperty('program');
  });

  it('goes on where it is the same, or of a version that did not say', () => {
    for (const program of [PROGRAM, undefined]) expect(at(program).status.failure).toBeUndefined();
  });

  it('ends the copy where another version of the operator has begun it with another one', () => {
    const { status, actions } = at(PROGRAM + 1);
    expect(actions).toEqual([]);
    expect(status.failure).toMatchObject({ message: expect.stringContaining('another program') });
  });

  it('has the number of what is made of a transform: raise PROGRAM where its meaning changes, then this', () => {
    const { transform } = spec({ transform: { ...renamed.transform, script: { source: 'ctx.a = 1;' } } });
    const made = [false, true].map((leavesOut) => copyScript(transform, { leavesOut })?.source);
    expect([PROGRAM, contentHash(made).slice(0, 12)]).toEqual([1, '51c0697cd481']);
  });
});

describe('the pipeline of a copy that runs', () => {
  it('is pinned in the plan as it was judged', () => {
    const preflight = { ...observed().preflight, pipelines: judged } as never;
    const { status } = run(request({ phase: 'Validating' }, asked), observed({ preflight }));
    expect(status.plan?.pipelinesHash).toBe(pipelinesHash(judged));
    expect(run(request({ phase: 'Validating' }), observed()).status.plan).not.toHaveProperty('pipelinesHash');
  });

  it('may be what it was: the next part begins', () => {
    expect(actionsOf(pass(judged))).toContain('StartRange');
  });

  it('is looked at first, or no part begins', () => {
    expect(actionsOf(run(request(begun(), asked), world(judged, { pipelines: undefined })))).toEqual([]);
  });

  it.each([
    [
      'sets _index',
      { clean: { processors: [{ set: { field: '_index', value: 'victim' } }] } },
      'clean changes _index',
    ],
    ['calls one that has come and drops', { ...judged, more: { processors: [{ drop: {} }] } }, 'more drops'],
    ['is deleted', { clean: undefined }, 'clean does not exist'],
    ['is another one', { ...judged, clean: { processors: [] } }, 'clean, or one that it calls, was changed'],
    [
      'calls one that has come',
      { ...judged, more: { processors: [] } },
      'clean, or one that it calls, was changed',
    ],
  ])('that %s ends it: no part begins, and what runs is stopped', (_, pipelines, said) => {
    const { status, actions } = pass(pipelines);
    expect(actions).toEqual([]);
    expect(status.failure).toMatchObject({
      reason: 'PreflightFailed',
      message: expect.stringContaining(said),
    });
    expect(stage(request(status, asked), world(pipelines))).toBe('Undoing');
  });

  it('is stopped with its tasks', () => {
    const status = { ...pass({}).status, intent: { type: 'Undo', time: '2026-03-01T12:00:00Z' } };
    const { fence: _fence, blockedSince: _since, ...open } = status;
    const ending = (over: object) =>
      actionsOf(run(request(open, asked), world({}, { sources: [unblocked], ...over })));
    expect(ending({})).toEqual(['DropAliases']);
    expect(ending({ destination: destination({}, { entrances: [] }) })).toEqual(['CancelTask']);
  });

  it('that is deleted is named before the documents that it could not take', () => {
    const failure = {
      index: 'orders-v2',
      id: '1',
      status: 400,
      type: 'illegal_argument_exception',
      reason: '',
      detail: '',
    };
    const outcomes = { 'n:1': { type: 'documentFailures', failures: [failure] } };
    expect(pass({ clean: undefined }, { outcomes }).status.failure?.reason).toBe('PreflightFailed');
  });

  it('ends a copy that is suspended as well, while parts of it run', () => {
    const { fence: _fence, blockedSince: _since, ...open } = begun({ fenced: false });
    const suspended = request(open, { ...asked, writeMode: 'Online', suspend: true });
    const { status } = run(suspended, world({ clean: undefined }, { sources: [unblocked] }));
    expect(status.failure?.reason).toBe('PreflightFailed');
  });

  it('is judged by what it does alone where an earlier version has pinned nothing', () => {
    const old = { ...begun(), plan };
    expect(actionsOf(run(request(old, asked), world({ clean: { processors: [] } })))).toContain('StartRange');
    expect(run(request(old, asked), world({ clean: undefined })).status.failure).toBeDefined();
  });
});
