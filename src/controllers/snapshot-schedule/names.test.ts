import { describe, expect, it } from 'vitest';
import { markOf, numberOf, snapshotName, withMark } from './names.ts';

const source = { prefix: 'nightly', uid: 'a1b2c3d4-0000-0000-0000-000000000000' };

describe('the name of a snapshot', () => {
  it('follows from the slot, and a suffix counts the tries', () => {
    const name = snapshotName(source, '2026-11-24T06:00:30Z', 1);
    expect([name, numberOf(name)]).toEqual(['nightly-2026.11.24-060030-a1b2c3', 1]);
    const third = snapshotName(source, '2026-11-24T06:00:30Z', 3);
    expect([third, numberOf(third)]).toEqual(['nightly-2026.11.24-060030-a1b2c3-3', 3]);
  });

  it('is not too long for a status, whatever the object is called', () => {
    const name = snapshotName({ ...source, prefix: 'x'.repeat(253) }, '2026-11-24T06:00:30Z', 2);
    expect([name.length, numberOf(name)]).toEqual([227, 2]);
  });
});

describe('the mark of a snapshot', () => {
  const mark = { uid: 'u', slot: '2026-11-24T06:00:30Z', schedule: 'a/b' };

  it('stands beside what the user has written', () => {
    expect(markOf(withMark({ team: 'x', 'es-steward': 'forged' }, mark))).toEqual(mark);
  });

  it('names the cluster, unless an earlier version has made it', () => {
    expect(markOf(withMark({}, { ...mark, cluster: 'c' }))?.cluster).toBe('c');
    expect(markOf(withMark({}, mark))?.cluster).toBeUndefined();
  });

  it.each([
    {},
    { 'es-steward': 'u' },
    { 'es-steward': { uid: 'u' } },
    { 'es-steward': { ...mark, slot: 'x' } },
    { 'es-steward': { ...mark, cluster: 1 } },
  ])('is not found in %j', (metadata) => {
    expect(markOf(metadata)).toBeUndefined();
  });
});
