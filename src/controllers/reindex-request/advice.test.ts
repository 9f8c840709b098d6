import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** What a request works on cannot be changed: who corrected one of these in place would be refused. */
const FIXED =
  /\b(?:correct|choose|use|list|name) (?:[\w.]+ or )?(?:spec\.(?:source|destination|transform|aliases)|aliases\.move|another (?:destination|name|index|pipeline))\b/u;

/** The texts of all messages. */
const texts = globSync('**/*.ts', { cwd: import.meta.dirname, exclude: ['**/*.test.ts'] }).flatMap((file) =>
  readFileSync(join(import.meta.dirname, file), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(?:\/?\*|\/\/)/u.test(line)),
);

it('tells nobody to change in place what cannot be changed', () => {
  const advices = texts.filter((text) => FIXED.test(text));
  expect(advices.length).toBeGreaterThan(10);
  expect(advices.filter((advice) => !advice.includes('in a new request'))).toEqual([]);
});
