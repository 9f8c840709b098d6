import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customResourceDefinition } from '../../../src/crds/manifest.ts';
import { reindexRequest } from '../../../src/crds/reindex-request.ts';
import { environment } from '../../support/environment.ts';
import { type Answer, apiServer, applyCrd, causesOf, objectOf, pathOf } from './api-server.ts';
import type { Spec } from './mutations.ts';
import { minimal, whole } from './reindex-request-cases.ts';
import { additions, updates } from './reindex-request-updates.ts';

const send = apiServer(environment().kubeconfig);
const path = pathOf(reindexRequest);
const { group, version, kind } = reindexRequest;
const names = ['immutable-whole', 'immutable-minimal'];

async function create(name: string, spec: Spec): Promise<void> {
  const answer = await send('POST', path, {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { name },
    spec,
  });
  expect([answer.status, causesOf(answer)]).toEqual([201, []]);
}

const remove = () => Promise.all(names.map((name) => send('DELETE', `${path}/${name}`)));

beforeAll(async () => {
  await applyCrd(send, customResourceDefinition(reindexRequest));
  await remove();
  await create('immutable-whole', whole);
  await create('immutable-minimal', minimal);
});
afterAll(remove);

/** The whole object with another spec, as `kubectl replace` or an editor sends it. */
async function replace(name: string, change: (spec: Spec) => Spec) {
  const stored = objectOf(await send('GET', `${path}/${name}`));
  const changed = { ...stored, spec: change(stored.spec) };
  return send('PUT', `${path}/${name}?dryRun=All`, changed);
}

/** Without the server's remark that it skipped other rules, which has no field. */
const fieldsOf = (answer: Answer): readonly string[] =>
  causesOf(answer)
    .map(({ field }) => field)
    .filter((field) => field !== '<nil>');

describe.each([
  ['immutable-whole', updates],
  ['immutable-minimal', additions],
] as const)('a stored request, %s', (name, changes) => {
  const allowed = changes.filter(([, , refusedBy]) => refusedBy === undefined);
  const refused = changes.filter(([, , refusedBy]) => refusedBy !== undefined);

  it.each(allowed)('may get %s', async (_what, change) => {
    const answer = await replace(name, change);
    expect([answer.status, causesOf(answer)]).toEqual([200, []]);
  });

  it.each(refused)('may not get %s', async (_what, change, refusedBy) => {
    const answer = await replace(name, change);
    expect([answer.status, fieldsOf(answer)]).toEqual([422, [refusedBy]]);
  });
});

it('refuses one value for another of the same size in a merge patch of the query (H85)', async () => {
  const patch = { spec: { source: { query: { bool: { filter: [{ term: { user: 'bob' } }] } } } } };
  const answer = await send(
    'PATCH',
    `${path}/immutable-whole?dryRun=All`,
    patch,
    'application/merge-patch+json',
  );
  expect([answer.status, fieldsOf(answer)]).toEqual([422, ['spec.source']]);
});
