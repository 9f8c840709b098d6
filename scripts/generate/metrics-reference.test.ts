import { expect, it } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { metricsPages, servedMetrics } from './metrics-reference.ts';

it('has a row for each metric that is served, and for no other', async () => {
  const metrics = createMetrics('1.0.0');
  metrics.watchProcess({ leaseName: 'lease', isLeader: () => true, isPaused: () => false });
  const served = [...(await metrics.registry.metrics()).matchAll(/^# TYPE (\S+) (\S+)$/gmu)]
    .map(([, name, type]) => `${name} ${type}`)
    .filter((line) => !/^(process|nodejs)_/u.test(line));
  const page = metricsPages()[0]?.content ?? '';
  const rows = [...page.matchAll(/^\| `(\S+)` \| (\w+) \|/gmu)].map(([, name, type]) => `${name} ${type}`);
  expect(rows.toSorted()).toEqual(served.toSorted());
  expect(served.length).toBeGreaterThan(80);
});

it.each(servedMetrics())('keeps to the rules of Prometheus for names: $name', ({ name, type, help }) => {
  expect(name).toMatch(/^[a-z][a-z0-9_]*$/u);
  expect(name.endsWith('_total')).toBe(type === 'counter');
  expect(name).not.toMatch(/_(ms|milliseconds|percent|minutes|kib|mib)(_|$)/u);
  expect(help).toMatch(/\.$/u);
});
