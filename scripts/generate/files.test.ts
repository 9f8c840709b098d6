import { expect, it } from 'vitest';
import { chartFiles } from './chart.ts';
import { chartValuesPage } from './chart-values.ts';
import { customResourceDefinitions } from './custom-resource-definitions.ts';
import { healthChecks } from './argocd/health.ts';
import { dashboards } from './dashboard/dashboard.ts';
import { findDrift } from './files.ts';
import { metricsPages } from './metrics-reference.ts';
import { referencePages } from './reference.ts';

it('finds the committed files as the sources say', () => {
  expect(
    findDrift([
      ...chartFiles(),
      ...chartValuesPage(),
      ...customResourceDefinitions(),
      ...dashboards(),
      ...healthChecks(),
      ...metricsPages(),
      ...referencePages(),
    ]),
  ).toEqual([]);
}, 60_000);

it('names a file that differs, one that is missing and one that belongs to nothing', () => {
  const [first, second, ...rest] = customResourceDefinitions();
  const drift = findDrift([
    { path: second?.path ?? '', content: 'other' },
    ...rest,
    { path: 'deploy/crds/new.yaml', content: '' },
  ]);
  expect(drift).toEqual([
    expect.stringContaining(`${second?.path} is not`),
    expect.stringContaining('new.yaml is missing'),
    expect.stringContaining(`${first?.path} belongs to nothing`),
  ]);
});
