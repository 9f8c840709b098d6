import { expect, it } from 'vitest';
import { reindexRequest } from './reindex-request.ts';

const refused = (rename: object) => {
  const spec = {
    connectionRef: { name: 'main' },
    source: { index: 'a' },
    destination: { index: 'b' },
    transform: { renames: [rename] },
  };
  return reindexRequest.spec.safeParse(spec).error?.issues.map(({ path }) => path.join('.')) ?? [];
};

it.each(['a.b', 'a.b.c'])('a field that stays cannot be moved below itself, to %s', (to) => {
  const rename = { from: 'a', to, removeOriginal: false };
  expect(refused(rename)).toEqual(['transform.renames.0.to']);
  expect(refused({ ...rename, removeOriginal: true })).toEqual([]);
});

it.each([
  ['a', 'ab'],
  ['a.b', 'a'],
  ['a.b', 'a.c'],
])('a field that stays can be copied from %s to %s', (from, to) => {
  expect(refused({ from, to, removeOriginal: false })).toEqual([]);
});
