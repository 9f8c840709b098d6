import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { condition, NOW, request, schedule, type StatusOf } from '../../test/support/plugin-objects.ts';
import { systemClock } from '../runtime/clock.ts';
import { colourful, plain } from './paint.ts';
import { followed, followOn, reindexProgress, snapshotProgress } from './progress.ts';
import { bar, isNews, liveLines, plainLine } from './progress-lines.ts';
import { progressView } from './progress-view.ts';

const slot = '2026-11-25T11:00:00Z';
const active = {
  snapshot: 'nightly-1',
  repository: 'r',
  slot,
  attempt: 1,
  accepted: true,
  percent: 40,
  shards: { total: 5, done: 2, failed: 0 },
  bytes: { total: 2048, done: 1024 },
};

describe('a copy that is watched', () => {
  const progress = {
    percent: 63,
    display: '63%',
    message: '',
    total: 214_000,
    completed: 135_233,
    documentsPerSecond: 12_300,
    remaining: '4m',
  };

  it('tells how far it is', () => {
    const { resource } = request({
      phase: 'Copying',
      progress,
      conditions: [condition('Ready', 'False', 'InProgress')],
    });
    expect(reindexProgress(resource, NOW)).toEqual({
      title: 'reindex/orders-v2',
      phase: 'Copying',
      percent: 63,
      detail: '135,233 of 214,000 documents, 12,300/s, 4m left',
    });
  });

  it('tells that nothing is known yet', () => {
    expect(reindexProgress(request({ observedGeneration: -1 }).resource, NOW).detail).toBe(
      'the operator has not looked at it yet',
    );
  });

  it('tells why it waits, and for whom', () => {
    const waiting = request({
      phase: 'Pending',
      conditions: [condition('Ready', 'False', 'WaitingForTurn', 'After reindex/other.')],
    });
    expect(reindexProgress(waiting.resource, NOW).detail).toBe('WaitingForTurn: After reindex/other');
    expect(reindexProgress(request({ phase: 'AwaitingApproval', progress }).resource, NOW).detail).toContain(
      'kubectl es-steward approve reindex/orders-v2 -n shop',
    );
  });

  it.each([
    ['Completed', 'good'],
    ['RollbackWindow', 'good'],
    ['Planned', 'good'],
    ['Failed', 'bad'],
    ['Cancelled', 'bad'],
    ['RolledBack', 'bad'],
    ['AwaitingApproval', undefined],
    ['CuttingOver', undefined],
  ] as const)('in phase %s has ended: %s', (phase, end) => {
    expect(reindexProgress(request({ phase }).resource, NOW).end).toBe(end);
  });
});

describe('a snapshot that is watched', () => {
  const look = (status: StatusOf<'snapshots'>, before = followed(schedule({ active }).resource, NOW)) => {
    const { resource } = schedule(status);
    return snapshotProgress(resource, followOn(before, resource), NOW);
  };

  it('tells how far it is', () => {
    expect(look({ active })).toEqual({
      title: 'snapsched/nightly',
      phase: 'Snapshot',
      percent: 40,
      detail: 'nightly-1, 2 of 5 shards, 1.0 KiB of 2.0 KiB',
    });
  });

  it('goes on through further tries of its slot', () => {
    expect(
      look({ active: { ...active, attempt: 2 }, lastSnapshot: { name: 'nightly-1', state: 'FAILED', slot } })
        .end,
    ).toBeUndefined();
  });

  it('ends with the outcome of its own slot, also when another has ended since', () => {
    expect(look({ lastSnapshot: { name: 'nightly-1', state: 'SUCCESS', slot } }).end).toBe('good');
    const other = { name: 'nightly-2', state: 'SUCCESS', slot: '2026-11-25T11:30:00Z' } as const;
    expect(
      look({ lastSnapshot: other, history: [{ name: 'nightly-1', state: 'PARTIAL', slot, attempts: 4 }] }),
    ).toMatchObject({ phase: 'PARTIAL', end: 'bad' });
    expect(look({ lastSnapshot: other })).toMatchObject({ phase: 'Gone', end: 'bad' });
  });

  it('that is yet to come is waited for: what ended before is no news', () => {
    const ended = { name: 'nightly-0', state: 'SUCCESS', slot: '2026-11-24T11:00:00Z' } as const;
    const idle = followed(schedule({ lastSnapshot: ended }).resource, NOW);
    expect(look({ lastSnapshot: ended, nextScheduleTime: '2026-11-26T00:00:00Z' }, idle)).toMatchObject({
      phase: 'Idle',
      detail: 'next in 12h',
    });
    expect(look({ lastSnapshot: { ...ended, slot } }, idle).end).toBe('good');
  });

  it.each([
    ['has just been answered tells its outcome at once', 'go', 'go', '2026-11-25T11:59:00Z', 'good'],
    ['is not answered yet is waited for', 'next', 'go', '2026-11-25T11:59:00Z', undefined],
    ['was answered long ago is no news', 'go', 'go', '2026-11-25T11:49:00Z', undefined],
    ['nobody has asked for is no news', undefined, 'go', '2026-11-25T11:59:00Z', undefined],
  ])('that a run-now which %s', (_, asked, lastHandledRunNow, slot, end) => {
    const status = {
      lastHandledRunNow,
      lastSnapshot: { name: 'nightly-0', state: 'SUCCESS', slot },
    } as const;
    const { resource } = schedule(status);
    const annotations = asked === undefined ? {} : { 'es-steward.dev/run-now': asked };
    const annotated = { ...resource, metadata: { ...resource.metadata, annotations } };
    expect(look(status, followed(annotated, NOW)).end).toBe(end);
  });
});

/** As a terminal counts: two for what is wide in this text. */
const columnsOf = (line: string): number =>
  Array.from(stripVTControlCharacters(line)).reduce(
    (sum, letter) => sum + (/[\u3041-\uD7A3\uFF01-\uFF60🚀]/u.test(letter) ? 2 : 1),
    0,
  );

it.each([
  ['a slot of the schedule is no answer to an earlier run-now', '59 11 * * *', undefined],
  ['what was asked for when the schedule was made is one', '@daily', '2026-11-25T11:59:00Z'],
])('%s', (_, cron, answer) => {
  const slot = '2026-11-25T11:59:00Z';
  const status = {
    lastHandledRunNow: 'go',
    slotsHandledUntil: slot,
    lastSnapshot: { name: 'nightly-0', state: 'SUCCESS', slot },
  } as const;
  const { resource } = schedule(status, { schedule: cron });
  const annotated = {
    ...resource,
    metadata: { ...resource.metadata, annotations: { 'es-steward.dev/run-now': 'go' } },
  };
  expect(followed(annotated, NOW).slot).toBe(answer);
});

describe('lines of progress', () => {
  const one = { title: 'reindex/a', phase: 'Copying', percent: 50, detail: 'half of it' };

  it.each([0, 50, 99, 100, 140])('have a bar of the same width at %i percent', (percent) => {
    expect(bar(percent, 10)).toHaveLength(10);
  });

  const wide = {
    title: `reindex/${'a-name-'.repeat(8)}1234`,
    phase: 'AwaitingApproval',
    percent: 100,
    detail: '索引は作成できません: 한국어 ｆｕｌｌ 🚀 '.repeat(9),
  };

  it.each([1, 20, 40, 60, 80, 100, 200])('fit into %i columns, whatever they tell', (width) => {
    const lines = liveLines([one, wide, { ...one, percent: 5, detail: 'a\nb'.repeat(99) }], width, colourful);
    expect(lines).toHaveLength(3);
    expect(lines.filter((line) => columnsOf(line) >= width || line.includes('\n'))).toEqual([]);
  });

  it('keep the percent and some of title and detail in 80 columns', () => {
    const [, line] = liveLines([one, wide], 80, plain);
    expect(line).toMatch(/^reindex\/a-name-\S+… {2}AwaitingApproval {2}█{8} {2}100% {2}索引は\S+…$/u);
  });

  it('are drawn over where they stand, also when the terminal has become narrower', () => {
    let written = '';
    const out = { isTTY: true, columns: 80, rows: 24, write: (text: string) => (written += text) };
    const view = progressView({ out, paint: plain, clock: systemClock });
    view.show([wide, wide]);
    view.show([wide]);
    expect(written).toContain('\u001B[2A');
    view.show([wide]);
    expect(written).toContain('\u001B[1A');
    out.columns = 40;
    written = '';
    view.show([wide]);
    expect(written).toContain('\u001B[2A');
  });

  it('are written to a file for a new phase, ten percent, an end, or half a minute of work', () => {
    const before = { ...one, at: 0 };
    expect(plainLine(one)).toBe('reindex/a  Copying  50%  half of it');
    expect(isNews(undefined, one, 0)).toBe(true);
    expect(isNews(before, one, 60_000)).toBe(false);
    expect(isNews(before, { ...one, percent: 55, detail: 'more' }, 1_000)).toBe(false);
    expect(isNews(before, { ...one, percent: 55, detail: 'more' }, 30_000)).toBe(true);
    expect(isNews(before, { ...one, percent: 60 }, 1_000)).toBe(true);
    expect(isNews(before, { ...one, phase: 'CatchingUp' }, 1_000)).toBe(true);
    expect(isNews(before, { ...one, end: 'good' }, 1_000)).toBe(true);
  });
});
