import { describe, expect, it } from 'vitest';
import { condition, connection, NOW, request } from '../../test/support/plugin-objects.ts';
import { colourful, plain, widthOf } from './paint.ts';
import { statusLines, type StatusView } from './status-lines.ts';
import type { Ours } from './targets.ts';
import { verdictOf } from './verdict.ts';

const rowOf = (one: Ours) => ({ one, verdict: verdictOf(one, NOW) });
const good = rowOf(
  connection({
    conditions: [condition('Ready', 'True', 'Connected')],
    health: 'green',
    nodes: 3,
    version: '9.4.3',
  }),
);
const bad = rowOf(
  request({
    phase: 'Failed',
    conditions: [
      condition('Ready', 'False', 'ScriptFailed', `The script fails: ${'x '.repeat(60)}.`),
      condition('Stalled', 'True', 'ScriptFailed'),
    ],
  }),
);
const view: StatusView = {
  rows: [good, bad],
  hidden: [],
  operators: [{ text: 'runs: pod-1 holds the Lease es-steward in es-steward', good: true }],
  namespace: 'shop',
  paint: plain,
  width: undefined,
};

describe('status', () => {
  it('shows each object in a line, sums up, and says what to do', () => {
    expect(
      statusLines({
        ...view,
        rows: [good, { ...bad, verdict: { ...bad.verdict, what: 'ScriptFailed: no' } }],
      }),
    ).toEqual([
      'NAME                STATE    WHAT',
      'esconn/main         good     green, 3 nodes, Elasticsearch 9.4.3',
      'reindex/orders-v2   failed   ScriptFailed: no',
      '',
      '1 failed, 1 good.',
      'The operator runs: pod-1 holds the Lease es-steward in es-steward.',
      '',
      'reindex/orders-v2',
      '  Correct transform.script or transform.renames in a new request.',
    ]);
  });

  it('names namespaces when it shows all of them', () => {
    const lines = statusLines({ ...view, namespace: undefined });
    expect(lines[0]).toMatch(/^NAMESPACE   NAME /);
    expect(lines[1]).toMatch(/^shop        esconn\/main /);
  });

  it.each([60, 80, 120])('fits into a terminal of %i columns, and tells below what it cut', (width) => {
    const lines = statusLines({ ...view, width, paint: colourful });
    expect(lines.filter((line) => widthOf(line) > width)).toEqual([]);
    expect(lines.join(' ').match(/(x\s+){60}/)).not.toBeNull();
  });

  it('tells below what it cut of a row that needs nobody, too', () => {
    const conditions = [condition('Ready', 'False', 'WaitingForTurn', `Waits for ${'y '.repeat(60)}.`)];
    const waiting = rowOf(request({ phase: 'Pending', conditions }));
    const lines = statusLines({ ...view, rows: [good, waiting], width: 80 });
    expect(lines.join(' ').match(/(y\s+){60}/)).not.toBeNull();
    expect(lines.filter((line) => line.startsWith('esconn/main'))).toHaveLength(1);
    expect(statusLines({ ...view, rows: [good, waiting] }).filter((line) => line === '')).toHaveLength(1);
  });

  it.each([60, 80])('fits into %i columns with the longest names, and has them whole below', (width) => {
    const named = (type: Ours, name: string, namespace: string): Ours =>
      ({
        ...type,
        resource: { ...type.resource, metadata: { ...type.resource.metadata, name, namespace } },
      }) as Ours; // of the same kind
    const [name, namespace] = ['orders-by-customer-'.repeat(4), 'team-of-the-shop-'.repeat(3)];
    const long = rowOf(named(good.one, name, namespace));
    const lines = statusLines({ ...view, rows: [long], namespace: undefined, width });
    expect(lines.slice(0, 2).filter((line) => widthOf(line) > width)).toEqual([]);
    expect(lines).toContain(`${namespace}: esconn/${name}`);
  });

  it('says where to look when there is nothing', () => {
    expect(statusLines({ ...view, rows: [] })[0]).toContain('-A');
  });
});
