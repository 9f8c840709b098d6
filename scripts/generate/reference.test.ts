import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { kinds } from '../../src/crds/kinds.ts';

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
