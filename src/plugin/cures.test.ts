import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kinds } from '../crds/kinds.ts';
import { CURES } from './cures.ts';

/** Reasons that tell of no trouble. */
const FINE = new Set(
  'Connected Green Yellow Completed Planned Succeeded Waiting Fresh RestoreCheckPassed Scheduled Maintained CutOver BlockFirst RollbackWindow'.split(
    ' ',
  ),
);

const reasons = [
  ...new Set(kinds.flatMap(({ conditions }) => conditions.flatMap((each) => Object.keys(each.reasons)))),
];

describe('what to do', () => {
  it.each(reasons.filter((reason) => !FINE.has(reason)))('is known for %s', (reason) => {
    expect(CURES[reason]?.cure).toMatch(/\.$/);
  });

  it('is told by docs/troubleshooting.md in the same words', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/troubleshooting.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, reason, cure]) => [reason, cure]);
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(Object.entries(CURES).map(([reason, { cure }]) => [reason, cure])),
    );
  });
});
