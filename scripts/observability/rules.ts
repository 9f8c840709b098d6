import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { repositoryRoot } from '../environment/cache.ts';

export const ALERTS = 'deploy/observability/alerts.yaml';
export const ALERT_TESTS = 'deploy/observability/alerts.test.yaml';

/** Strict: a member that Prometheus does not know makes it refuse the whole file. */
const rule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.url() }),
});

const file = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })),
});

export type AlertRule = z.infer<typeof rule>;

const tests = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })),
    }),
  ),
});

const read = (path: string): unknown => parse(readFileSync(join(repositoryRoot, path), 'utf8'));

/** The rules that are shipped. */
export const readRules = (): readonly AlertRule[] =>
  file.parse(read(ALERTS)).groups.flatMap(({ rules }) => rules);

/** For each test of a rule: of which, and whether it expects it to fire. */
export const readRuleTests = (): readonly { readonly alert: string; readonly fires: boolean }[] =>
  tests
    .parse(read(ALERT_TESTS))
    .tests.flatMap(({ alert_rule_test: steps }) => steps)
    .map(({ alertname, exp_alerts }) => ({ alert: alertname, fires: exp_alerts.length > 0 }));
