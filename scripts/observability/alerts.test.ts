import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../environment/cache.ts';
import { knownSeries, strangersIn } from './known-series.ts';
import { readQuery } from './promql.ts';
import { readRules, readRuleTests } from './rules.ts';

const rules = readRules();

describe.each(rules)('$alert', ({ alert, expr, annotations }) => {
  it('is about metrics and labels that are served', () => {
    expect(strangersIn(readQuery(expr))).toEqual([]);
    expect(readQuery(expr).metrics.length).toBeGreaterThan(0);
  });

  it('has a page that says what it means, how to look and what to do', () => {
    const page = `docs/runbooks/${alert}.md`;
    expect(annotations.runbook_url).toMatch(new RegExp(String.raw`^https://.*/${page}$`, 'u'));
    const text = readFileSync(join(repositoryRoot, page), 'utf8');
    const headings = [...text.matchAll(/^#+ .*$/gmu)].map(([heading]) => heading);
    expect(headings).toEqual([`# ${alert}`, '## What it means', '## How to look', '## What to do']);
    expect(text).toContain(annotations.summary);
    expect(text).toMatch(/^kubectl /mu);
  });

  it('shows only labels that its result has', () => {
    const shown = [...annotations.description.matchAll(/\$labels\.(\w+)/gu)].map(([, label]) => label);
    const { labels } = readQuery(expr);
    expect(shown.filter((label) => !labels.includes(label ?? ''))).toEqual([]);
  });

  it('is tested to fire and to be quiet', () => {
    const tested = readRuleTests().filter((test) => test.alert === alert);
    expect(new Set(tested.map(({ fires }) => fires))).toEqual(new Set([true, false]));
  });
});

it('has no two alerts of one name', () => {
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
});

it('has no page and no test of an alert that is not there', () => {
  const names = new Set(rules.map(({ alert }) => alert));
  expect(readRuleTests().filter(({ alert }) => !names.has(alert))).toEqual([]);
  const pages = readdirSync(join(repositoryRoot, 'docs/runbooks')).filter((file) => file !== 'README.md');
  expect(new Set(pages)).toEqual(new Set(rules.map(({ alert }) => `${alert}.md`)));
  const index = readFileSync(join(repositoryRoot, 'docs/runbooks/README.md'), 'utf8');
  const listed = [...index.matchAll(/\]\((\w+)\.md\) \| (\w+)/gu)].map(([, name, severity]) => [
    name,
    severity,
  ]);
  expect(listed).toEqual(rules.map(({ alert, labels }) => [alert, labels.severity]));
});

describe('reading a query', () => {
  it('finds its metrics and labels', () => {
    const query = 'sum by (job) (rate(a_total{x="1"}[5m])) / on (job) group_left (y) b';
    expect(readQuery(query)).toEqual({ metrics: ['a_total', 'b'], labels: ['job', 'x', 'y'] });
  });

  it('refuses what is no PromQL', () => {
    expect(() => readQuery('sum by (job) rate(a_total[5m]')).toThrow(SyntaxError);
  });

  it('knows what is served, and nothing else', () => {
    expect(knownSeries.get('es_steward_paused')).toBeDefined();
    expect(strangersIn({ metrics: ['es_steward_made_up'], labels: [] })).toEqual(['es_steward_made_up']);
    expect(strangersIn({ metrics: ['es_steward_paused'], labels: ['phase'] })).toEqual(['phase']);
    expect([...knownSeries.keys()]).toContain('rest_client_request_duration_seconds_bucket');
    expect(knownSeries.has('rest_client_request_duration_seconds')).toBe(false);
  });
});
