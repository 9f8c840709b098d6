import { describe, expect, it } from 'vitest';
import { request, spec } from '../../../test/support/reindex-situations.ts';
import type { ReindexRequest, ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { currentCopy } from './copy-request.ts';
import type { Step } from './step.ts';
import { withinSeries } from './within-series.ts';

const START = Date.parse('2026-03-01T12:00:00Z');
const iso = (ms: number) => new Date(START + ms).toISOString();
const template = (version: number) => ({ series: `logs-v${version}-{date:yyyy.MM.dd}` });
const series = (status: ReindexRequestStatus): ReindexRequest => ({
  ...request(status),
  spec: { ...spec(), source: template(1), destination: { ...spec().destination, ...template(2) } },
});

/** What a stage says of the present index, which has so many percent and so many seconds left. */
const part =
  (percent: number, left?: number, reason = 'InProgress') =>
  (ms: number) =>
    ({
      status: {
        phase: 'Copying',
        progress: {
          percent,
          display: '',
          message: 'm',
          ...(left === undefined ? {} : { eta: iso(ms + left * 1_000), remaining: `${left}s` }),
        },
      },
      ready: { type: reason === 'Suspended' ? 'suspended' : 'reconciling', reason, message: '' },
      next: 0,
    }) as Step;

/** Passes at those seconds, each with the status of the one before. */
function pass(status: ReindexRequestStatus, at: readonly (readonly [number, ReturnType<typeof part>])[]) {
  return at.reduce((before, [second, step]) => {
    const now = second * 1_000;
    return withinSeries(series(before), step(now), START + now).status;
  }, status);
}
const leftAt = (second: number, { progress }: ReindexRequestStatus) =>
  progress?.eta === undefined ? undefined : (Date.parse(progress.eta) - START) / 1_000 - second;

const at = (completed: number, total = 10): ReindexRequestStatus => ({
  series: { total, completed, current: 'logs-v1-2026.02.01', destination: 'logs-v2-2026.02.01', percent: 0 },
});

describe('the forecast of a series', () => {
  it('is that of all its indexes', () => {
    const first = pass(at(0), [
      [0, part(0)],
      [3, part(30, 7)],
    ]);
    expect([leftAt(3, first), first.progress?.remaining]).toEqual([97, '2m']);
    const next = { ...first, series: { total: 10, ...first.series, completed: 1 } };
    expect(leftAt(15, pass(next, [[15, part(45, 5)]]))).toBe(85);
  });

  it('is that of the last one at the end', () => {
    const status = pass(at(9), [
      [0, part(0)],
      [3, part(30, 7)],
    ]);
    expect(leftAt(3, status)).toBe(7);
  });

  it.each(['Suspended', 'WaitingForTurn', 'WaitingForHealth'])('leaves out how long it was %s', (reason) => {
    const day = 86_400;
    const status = pass(at(4), [
      [0, part(0)],
      [day, part(0, undefined, reason)],
      [day + 1, part(0)],
    ]);
    expect(leftAt(day + 5, pass(status, [[day + 5, part(40, 6)]]))).toBe(56);
  });

  it('is absent while the present index has none, and is not taken for that of an index', () => {
    const status = pass(at(4), [
      [0, part(0)],
      [3, part(30, 7)],
    ]);
    expect(status.progress?.eta).toBeDefined();
    expect(currentCopy(series(status))?.status?.progress).not.toHaveProperty('eta');
    expect(pass(status, [[4, part(92)]]).progress).not.toHaveProperty('eta');
  });
});
