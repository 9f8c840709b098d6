import { type Arbitrary, sample } from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { elasticsearchConnection } from '../../../src/crds/elasticsearch-connection.ts';
import { indexMaintenancePolicy } from '../../../src/crds/index-maintenance-policy.ts';
import { kinds } from '../../../src/crds/kinds.ts';
import { customResourceDefinition } from '../../../src/crds/manifest.ts';
import { reindexRequest } from '../../../src/crds/reindex-request.ts';
import type { KindDefinition } from '../../../src/crds/shared.ts';
import { snapshotSchedule } from '../../../src/crds/snapshot-schedule.ts';
import { environment } from '../../support/environment.ts';
import { type Answer, apiServer, applyCrd, causesOf, objectOf, pathOf } from './api-server.ts';
import * as connections from './elasticsearch-connection-cases.ts';
import * as policies from './index-maintenance-policy-cases.ts';
import { mutants, type Spec, withoutNulls } from './mutations.ts';
import * as requests from './reindex-request-cases.ts';
import * as schedules from './snapshot-schedule-cases.ts';

const SEED = 20_261_124;
const send = apiServer(environment().kubeconfig);

beforeAll(async () => {
  for (const definition of kinds) await applyCrd(send, customResourceDefinition(definition));
});

interface Cases {
  readonly good: Arbitrary<Spec>;
  readonly handPickedGood: readonly Spec[];
  readonly handPickedBad: readonly Spec[];
}

const suites: readonly (readonly [string, KindDefinition<unknown, unknown>, Cases])[] = [
  ['ElasticsearchConnection', elasticsearchConnection, connections],
  ['ReindexRequest', reindexRequest, requests],
  ['SnapshotSchedule', snapshotSchedule, schedules],
  ['IndexMaintenancePolicy', indexMaintenancePolicy, policies],
];

describe.each(suites)('%s', (_kind, definition, { good, handPickedGood, handPickedBad }) => {
  const judge = async (spec: Spec) => {
    const { group, version, kind } = definition;
    const object = { apiVersion: `${group}/${version}`, kind, metadata: { name: 'case' }, spec };
    const answer = await send('POST', `${pathOf(definition)}?dryRun=All&fieldValidation=Ignore`, object);
    return { spec, answer, read: definition.spec.safeParse(withoutNulls(spec)) };
  };

  it('takes good objects, and reads back what the server made of them', async () => {
    const specs = [...handPickedGood, ...sample(good, { numRuns: 60, seed: SEED })];
    for (const { spec, answer, read } of await Promise.all(specs.map(judge))) {
      expect([spec, answer.status, causesOf(answer)]).toEqual([spec, 201, []]);
      expect(read.error?.issues).toBeUndefined();
      expect(definition.spec.parse(objectOf(answer).spec)).toEqual(definition.spec.parse(spec));
    }
    expect(specs.length).toBeGreaterThanOrEqual(40);
  });

  it('refuses each hand-picked bad object, and names the field that the operator would name', async () => {
    for (const verdict of await Promise.all(handPickedBad.map(judge))) {
      expect([verdict.spec, verdict.answer.status, verdict.read.success]).toEqual([verdict.spec, 422, false]);
      expectSameField(verdict.spec, verdict.answer, pathsOf(verdict.read.error?.issues ?? []));
    }
  });

  it('agrees with the operator about mutations of good objects', async () => {
    const verdicts = await Promise.all(mutants(good, 400, SEED).map(judge));
    for (const { spec, answer, read } of verdicts) {
      expect([spec, answer.status, causesOf(answer), read.error?.issues]).toSatisfy(
        () => answer.status === (read.success ? 201 : 422),
        'operator and server agree',
      );
      if (!read.success) expectSameField(spec, answer, pathsOf(read.error.issues));
    }
    const refused = verdicts.filter(({ answer }) => answer.status === 422).length;
    expect(refused).toBeGreaterThan(120);
    expect(verdicts.length - refused).toBeGreaterThan(20);
  });

  it('refuses a member that it does not know when asked to be strict, as kubectl does', async () => {
    const { group, version, kind } = definition;
    const spec = { ...handPickedGood[0], mispelt: true };
    const object = { apiVersion: `${group}/${version}`, kind, metadata: { name: 'case' }, spec };
    const answer = await send('POST', `${pathOf(definition)}?dryRun=All&fieldValidation=Strict`, object);
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([
      400,
      expect.stringContaining('spec.mispelt'),
    ]);
  });
});

/** A refusal is worth what it says: both judges must point at the same place. */
function expectSameField(spec: Spec, answer: Answer, ours: readonly string[]): void {
  const theirs = causesOf(answer).map(({ field }) => field);
  const shared = theirs.filter((field) =>
    ours.some((path) => field.startsWith(path) || path.startsWith(field)),
  );
  expect([spec, theirs, shared.length > 0 ? 'same field' : ours]).toEqual([spec, theirs, 'same field']);
  for (const { message } of causesOf(answer)) expect(message.length).toBeGreaterThan(10);
}

const pathsOf = (issues: readonly { readonly path: readonly PropertyKey[] }[]): readonly string[] =>
  issues.map(({ path }) =>
    path.reduce<string>(
      (text, step) => text + (typeof step === 'number' ? `[${step}]` : `.${String(step)}`),
      'spec',
    ),
  );
