import { chartFiles } from './chart.ts';
import { chartValuesPage } from './chart-values.ts';
import { customResourceDefinitions } from './custom-resource-definitions.ts';
import { healthChecks } from './argocd/health.ts';
import { dashboards } from './dashboard/dashboard.ts';
import { write, findDrift } from './files.ts';
import { metricsPages } from './metrics-reference.ts';
import { referencePages } from './reference.ts';

/**
 * Writes what follows from the sources; `--check` writes nothing and fails when that would have changed anything.
 * A further kind of file is one more producer in this list.
 */
const files = [
  chartFiles,
  chartValuesPage,
  customResourceDefinitions,
  dashboards,
  healthChecks,
  metricsPages,
  referencePages,
].flatMap((produce) => produce());

if (process.argv.includes('--check')) {
  const drift = findDrift(files);
  for (const line of drift) console.error(line);
  if (drift.length > 0) console.error('Run `npm run generate` and commit what it writes.');
  process.exitCode = drift.length > 0 ? 1 : 0;
} else {
  for (const path of write(files)) console.log(`wrote ${path}`);
}
