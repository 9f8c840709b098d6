import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryRoot } from '../../../scripts/environment/cache.ts';
import { run } from '../../../scripts/environment/command.ts';
import { providePromtool } from '../../../scripts/environment/test-tools.ts';
import { ALERT_TESTS, ALERTS, readRules } from '../../../scripts/observability/rules.ts';

it('is taken by Prometheus, and each alert fires when it should and not before', async () => {
  const promtool = await providePromtool();
  const checked = await run(promtool, ['check', 'rules', join(repositoryRoot, ALERTS)]);
  expect(checked).toContain(`${readRules().length} rules found`);
  expect(await run(promtool, ['test', 'rules', join(repositoryRoot, ALERT_TESTS)])).toContain('SUCCESS');
}, 600_000);
