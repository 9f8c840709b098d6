import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { repositoryRoot } from '../environment/cache.ts';
import { strangersIn } from './known-series.ts';
import { readQuery } from './promql.ts';

const panel = z.object({
  id: z.int(),
  title: z.string(),
  type: z.string(),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
});

const dashboard = z
  .object({
    templating: z.object({
      list: z.array(z.object({ name: z.string(), definition: z.string().optional() })),
    }),
    panels: z.array(panel),
  })
  .parse(JSON.parse(readFileSync(join(repositoryRoot, 'deploy/observability/dashboard.json'), 'utf8')));

/** As Grafana fills it in. */
const filledIn = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(job|namespace)/gu, '.*');

const queries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr, legendFormat }) => ({ title, expr: filledIn(expr), legendFormat })),
);

describe('the dashboard', () => {
  it.each(queries)('asks for what is served: $title, $legendFormat', ({ expr, legendFormat }) => {
    const query = readQuery(expr);
    expect(strangersIn(query)).toEqual([]);
    expect(query.metrics.length).toBeGreaterThan(0);
    const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/gu)].map(([, label]) => label);
    const known = [...query.labels, ...(expr.includes(' by ') ? [] : ['instance'])];
    expect(shown.filter((label) => !known.includes(label ?? ''))).toEqual([]);
  });

  it('has rows for the operator and each kind of resource', () => {
    const titles = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    expect(titles).toEqual(['Operator', 'Copies', 'Snapshots', 'Maintenance', 'Connections']);
  });

  it('has ids once, and panels that do not overlap', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)}/${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });

  it('lets choose the data source, and fills its variables from what is served', () => {
    const { list } = dashboard.templating;
    expect(list.map(({ name }) => name)).toEqual(['datasource', 'job', 'namespace']);
    const sources = list.flatMap(
      ({ definition }) => /^label_values\((\w+), (\w+)\)$/u.exec(definition ?? '') ?? [],
    );
    expect(sources.length).toBe(6);
    for (const at of [1, 4])
      expect(strangersIn({ metrics: [sources[at] ?? ''], labels: [sources[at + 1] ?? ''] })).toEqual([]);
  });
});
