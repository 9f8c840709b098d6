import { describe, expect, it } from 'vitest';
import { indexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import { inexactNumber } from './inexact-numbers.ts';
import { parseResource } from './resource.ts';

const metadata = {
  name: 'logs',
  namespace: 'search',
  uid: 'u',
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2016-01-01T00:00:00Z',
};

/** A policy as the API server sends it. */
const policy = (id: string) =>
  JSON.parse(
    `{"query":{"bool":{"filter":[{"term":{"tenant":1}},{"term":{"tenant":${id}}}]}}}`,
  ) as unknown as { readonly query: object };

function parsed(id: string, more: object = {}) {
  const archive = { olderThan: '90d', field: 'date', destination: 'archive', ...policy(id) };
  const targets = [{ name: 'a', pattern: 'a-*', archive }];
  const spec = { connectionRef: { name: 'main' }, mode: 'Enforce', targets };
  return parseResource(indexMaintenancePolicy, { metadata: { ...metadata, ...more }, spec });
}

describe('a number that has been rounded', () => {
  it.each(['9007199254740993', '-9007199254740993', '12345678901234567890', '1e300'])(
    'is refused where it stands, since a query for it would find another one: %s',
    (id) => {
      expect(() => parsed(id)).toThrow(
        'spec.targets[0].archive.query.bool.filter[1].term.tenant: numbers beyond 9007199254740991 are rounded before they get here: write this one as text',
      );
    },
  );

  it.each(['9007199254740991', '-9007199254740991', '0.12345678901234567', '"9007199254740993"', 'null'])(
    'is not %s',
    (id) => {
      expect(() => parsed(id)).not.toThrow();
    },
  );

  it.each([{ finalizers: ['es-steward.dev/cleanup'] }, { deletionTimestamp: '2026-03-01T12:00:00Z' }])(
    'does not keep from its end what was begun with it: %j',
    (more) => {
      expect(() => parsed('9007199254740993', more)).not.toThrow();
    },
  );

  it('is found in lists and objects', () => {
    expect(inexactNumber({ a: [{ b: 1 }, { b: 2 ** 53 }] })).toEqual(['a', 1, 'b']);
    expect(inexactNumber({ a: ['9007199254740993', null, true] })).toBeUndefined();
  });
});
