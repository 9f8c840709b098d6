import { expect, it } from 'vitest';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import { answering } from '../../../test/support/scenario-elasticsearch.ts';
import type { Status } from './observed.ts';
import type { EffectContext } from './perform-effect.ts';
import { restoreSample } from './perform-restore.ts';

const SLOT = '2026-06-15T12:00:00Z';
const indices = [{ source: 'a', restored: 'a-copy' }];
const status: Status = {
  restoring: { snapshot: 'one', repository: 'backups', slot: SLOT, startTime: SLOT, indices },
};
const action = {
  type: 'RestoreSample',
  repository: 'backups',
  snapshot: 'one',
  indices: ['a'],
  suffix: '-copy',
} as const;
const contextOf = (es: EffectContext['es']) =>
  ({ es, pass: { signal: new AbortController().signal } }) as unknown as EffectContext;

it('the sample is restored where its names are free', async () => {
  const change = await restoreSample(action, contextOf(answering({ cluster_uuid: 'c' }, { accepted: true })));
  expect(change?.(status).restoring?.requested).toBe(true);
});

it('nothing is restored over an index that has come in between', async () => {
  const es = answering({
    cluster_uuid: 'c',
    metadata: { indices: { 'a-copy': { settings: { index: { uuid: 'u' } } } } },
  });
  expect(await restoreSample(action, contextOf(es))).toBeUndefined();
  expect(es.requests.map(({ method }) => method)).toEqual(['GET']);
  // That a name is an alias is for Elasticsearch to refuse.
  const aliased = {
    cluster_uuid: 'c',
    metadata: { indices: { theirs: { settings: { index: { uuid: 'u' } } } } },
  };
  expect(await restoreSample(action, contextOf(answering(aliased, { accepted: true })))).toBeDefined();
});

it.each([
  [
    'Skipped',
    'this cluster currently has [27]/[27] maximum normal shards open',
    'cluster.max_shards_per_node',
  ],
  ['Failed', 'no', 'validation_exception'],
])('a restore that is refused is %s: %s', async (result, reason, text) => {
  const body = { error: { type: 'validation_exception', reason }, status: 400 };
  const refused = classifyAnswer({ method: 'POST', path: '/' }, { status: 400, body });
  const change = await restoreSample(action, contextOf(answering({ cluster_uuid: 'c' }, refused)));
  expect(change?.(status).restoring?.result).toEqual({ result, message: expect.stringContaining(text) });
});
