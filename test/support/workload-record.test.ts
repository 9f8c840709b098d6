import { describe, expect, it } from 'vitest';
import { seededRandom } from './workload-documents.ts';
import { createRecord } from './workload-record.ts';

const record = () => createRecord(0, seededRandom(7));

describe('the record of a writer', () => {
  it('knows the last version of each document, and forgets what was deleted', () => {
    const { documents, happened } = record();
    happened({ type: 'write', id: 'a', version: 1 });
    happened({ type: 'write', id: 'b', version: 2 });
    happened({ type: 'write', id: 'a', version: 3 });
    happened({ type: 'delete', id: 'b' });
    expect([...documents]).toEqual([['a', 3]]);
  });

  it('counts a step only when it has happened', () => {
    const { documents, plan } = record();
    plan(100);
    expect(documents.size).toBe(0);
  });

  it('touches no document again before its step is known', () => {
    const { plan, inserts, happened } = record();
    for (const insert of inserts(500)) happened(insert);
    const ids = Array.from({ length: 20 }, () => plan(25).map(({ id }) => id)).flat();
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('never touches a document again of which an earlier try may still be on its way', () => {
    const { plan, inserts, happened } = record();
    const [first, ...others] = inserts(50);
    if (first) happened(first, true);
    for (const insert of others) happened(insert);
    const touched = Array.from({ length: 200 }, () => {
      const steps = plan(10);
      for (const step of steps) happened(step);
      return steps.map(({ id }) => id);
    });
    expect(touched.flat()).not.toContain(first?.id);
  });

  it('uses each version once', () => {
    const { plan, happened } = record();
    const steps = Array.from({ length: 400 }, () => plan(1)).flat();
    for (const step of steps) happened(step);
    const versions = steps.flatMap((step) => (step.type === 'write' ? [step.version] : []));
    expect(new Set(versions).size).toBe(versions.length);
  });

  it('inserts, updates, deletes and revives in its shares', () => {
    const { plan, inserts, happened } = record();
    for (const insert of inserts(1_000)) happened(insert);
    const known = new Set(inserts(0).map(({ id }) => id));
    let deletes = 0;
    let steps = 0;
    for (let round = 0; round < 400; round += 1) {
      for (const step of plan(25)) {
        steps += 1;
        if (step.type === 'delete') deletes += 1;
        else known.add(step.id);
        happened(step);
      }
    }
    expect(deletes / steps).toBeCloseTo(0.2, 1);
    expect(known.size / steps).toBeGreaterThan(0.3);
  });
});
