import { expect, it } from 'vitest';
import { kinds } from '../../src/crds/kinds.ts';
import { resourceStates } from './resource-states.ts';

const reasonsOf = (kind: string): ReadonlySet<string | undefined> =>
  new Set(
    resourceStates
      .filter((state) => state.kind === kind)
      .map(
        ({ object }) =>
          object.status as { readonly conditions?: readonly { type: string; reason: string }[] },
      )
      .map(({ conditions = [] }) => conditions.find(({ type }) => type === 'Ready')?.reason),
  );

it.each(kinds)('has a state for each reason of Ready: $kind', ({ kind, conditions }) => {
  const documented = conditions.filter(({ type }) => ['Ready', 'Reconciling', 'Stalled'].includes(type));
  const reasons = new Set(documented.flatMap(({ reasons }) => Object.keys(reasons)));
  const reached = reasonsOf(kind);
  expect([...reasons].filter((reason) => !reached.has(reason))).toEqual([]);
  expect([...reached].filter((reason) => reason !== undefined && !reasons.has(reason))).toEqual([]);
});

it('has each name once per kind, and a status that the kind knows', () => {
  const names = resourceStates.map(({ kind, name }) => `${kind}/${name}`);
  expect(new Set(names).size).toBe(names.length);
  for (const { kind, object } of resourceStates)
    expect(kinds.find((one) => one.kind === kind)?.status.parse(object.status)).toEqual(object.status);
});
