import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventDocs } from '../../src/crds/events.ts';
import { kinds } from '../../src/crds/kinds.ts';
import { CURES } from '../../src/plugin/cures.ts';

const SOURCES = join(import.meta.dirname, '..', '..', 'src');

const code = globSync('**/*.ts', { cwd: SOURCES })
  .filter((path) => !path.startsWith('crds/') && !path.endsWith('.test.ts'))
  .map((path) => readFileSync(join(SOURCES, path), 'utf8'))
  .join('\n');

const reasons = kinds.flatMap(({ kind, conditions }) =>
  conditions.flatMap(({ type, reasons }) =>
    Object.keys(reasons).map((reason) => [kind, type, reason] as const),
  ),
);

it.each(reasons)('promises no reason that nothing gives: %s, %s, %s', (_kind, _type, reason) => {
  expect(code).toMatch(new RegExp(String.raw`\b${reason}\b`, 'u'));
});

describe('Events', () => {
  const documented = Object.values(eventDocs).flat();

  it.each(documented)('are promised only when something records them: $reason', ({ reason }) => {
    // Those of a restore check are put together from its result.
    const known = reason.replace(/^RestoreCheck(?=Passed|Failed|Skipped)/u, '');
    expect(code).toMatch(new RegExp(String.raw`'${known}'|\b${known}:`, 'u'));
  });

  const recorded = [...code.matchAll(/\breason: '(\w+)',[^{}]*?\bnote\b/gu)].map(([, reason]) => reason);

  it.each(recorded)('are all in the reference: %s', (reason) => {
    expect(documented.map((event) => event.reason)).toContain(reason);
  });

  it.each(documented.filter(({ type }) => type.includes('Warning')))('say what to do: $reason', (event) => {
    expect(event.cure ?? CURES[event.reason]?.cure).toMatch(/\.$/u);
  });
});
