import { describe, expect, it } from 'vitest';
import {
  actionsOf,
  copying,
  EPOCH,
  hardened,
  inCopy,
  observed,
  orders,
  plan,
  request,
  run,
  source,
  stage,
} from '../../../../test/support/reindex-situations.ts';
import { FREED } from '../write-block.ts';
import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';

// The block is gone, and its epoch with it: a process without lease or API server has let go of it.
const freed = observed({
  ...inCopy,
  sources: [source({ aliases: { orders, 'es-steward-abcdef01-2': {} } })],
});

describe.each(['BlockFirst', 'Online'])(
  'writers of a %s copy that were freed without a pass',
  (writeMode) => {
    it('are told of, and the copy goes on', () => {
      const [deadline, past] = ['2026-03-01T12:00:30.000Z', '2026-03-01T11:59:30.000Z'];
      const held = { ...copying, fence: { verified: true, deadline } };
      const lifting = run(request(held, { writeMode }), freed);
      expect(lifting.status).toMatchObject({
        epoch: 3,
        fence: { lifting: expect.any(String) as string, deadline },
      });
      const moving = run(request(lifting.status, { writeMode }), freed);
      expect(actionsOf(moving)).toEqual(['MoveEpochAlias']);
      const moved = { ...freed, sources: [source({ aliases: { orders, 'es-steward-abcdef01-3': {} } })] };
      const free = run(request(moving.status, { writeMode }), moved);
      expect(free.status).toMatchObject({ phase: 'CatchingUp', fenceTries: 1, copy: { fenced: false } });
      expect(free.status).not.toHaveProperty('blockedSince');
      expect(free.status.outageBefore).toBe(60_000);
      // Since when is known, and until when at the latest.
      const over = {
        ...moving.status,
        outageBefore: 500,
        fence: { verified: true, lifting: FREED.atDeadline, deadline: past },
      };
      expect(run(request(over, { writeMode }), moved).status.outageBefore).toBe(30_500);
    });

    it('are told of by what has freed them: the end of a process, or the deadline', () => {
      const whyWith = (deadline: string) =>
        run(request({ ...copying, fence: { verified: true, deadline } }, { writeMode }), freed).status.fence
          ?.lifting;
      expect(whyWith('2026-03-01T12:00:30.000Z')).toContain('process');
      expect(whyWith('2026-03-01T11:59:00.000Z')).toContain('deadline');
    });

    it('never count as a move of the aliases, however final the destination', () => {
      expect(
        stage(request(copying, { writeMode }), { ...freed, destination: hardened({ state: 'final' }) }),
      ).toBe('Lifting');
    });
  },
);

it('makes the copy begin anew where nothing tells what was written meanwhile', () => {
  const blind: ReindexRequestStatus = {
    ...copying,
    plan: { ...plan, sequenceNumbers: false },
    fence: { verified: true, lifting: 'maxWriteOutage is over' },
  };
  const world = observed({ ...inCopy, sources: [source({ aliases: { orders, [EPOCH]: {} } })] });
  const { status } = run(request(blind), world);
  expect(status).toMatchObject({ attempt: 2 });
  expect(status.copy).toBeUndefined();
  expect(stage(request(status), world)).toBe('Preparing');
});

it('is no failed try where it was for a suspension, also one that was withdrawn meanwhile', () => {
  const lifted: ReindexRequestStatus = {
    ...copying,
    fenceTries: 4,
    fence: { verified: true, lifting: 'spec.suspend' },
  };
  const free = observed({ ...inCopy, sources: [source({ aliases: { orders, [EPOCH]: {} } })] });
  for (const suspend of [true, false]) {
    const decision = run(request(lifted, { writeMode: 'Online', suspend }), free);
    expect(decision.status).toMatchObject({ phase: 'CatchingUp', fenceTries: 4 });
    expect(decision.status).not.toHaveProperty('fenceAfter');
    expect(decision.ready.reason).not.toBe('WriteOutageExceeded');
  }
});

it('is one where it took too long, although somebody has suspended it since', () => {
  const fence = { verified: true, lifting: 'maxWriteOutage is over' };
  const free = observed({ ...inCopy, sources: [source({ aliases: { orders, [EPOCH]: {} } })] });
  const late = request({ ...copying, fence }, { writeMode: 'Online', suspend: true });
  expect(run(late, free).status).toMatchObject({ fenceTries: 1 });
});
