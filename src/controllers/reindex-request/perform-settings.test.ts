import { describe, expect, it } from 'vitest';
import { reindexRequest } from '../../crds/reindex-request.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { WaitingError } from '../../runtime/errors.ts';
import type { EffectContext } from './perform-effect.ts';
import { setSettings } from './perform-settings.ts';

const put = { method: 'PUT', path: '/new/_settings' } as const;

function refused(reason: string, type: string | undefined = 'illegal_argument_exception') {
  return classifyAnswer(put, { status: 400, body: { error: { type, reason } } });
}

/** @param judge the answer to a call that sets these. */
function cluster(judge: (settings: Readonly<Record<string, unknown>>) => Error | undefined) {
  const sent: unknown[] = [];
  const request = async ({ method, body }: ElasticsearchRequest) => {
    const settings = { index: { uuid: 'u', number_of_shards: '1', number_of_replicas: '0' } };
    if (method === 'GET') return { new: { aliases: {}, mappings: {}, settings } };
    sent.push(body);
    const error = judge(Object(body));
    if (error) throw error;
    return { acknowledged: true };
  };
  const pass = { signal: new AbortController().signal, log: { warn: () => {} } };
  // A cast: only what is used.
  return { sent, context: { es: { request }, pass } as unknown as EffectContext };
}

const target = { index: 'new', uuid: 'u' };

it('says of replicas for which the cluster has no room what it takes', async () => {
  const limit =
    'this action would add [2] shards, but this cluster currently has [9]/[9] maximum normal shards open';
  const { context } = cluster(() => refused(limit, 'validation_exception'));
  const settings = { 'index.number_of_replicas': 2 };
  const setting = setSettings({ type: 'SetSettings', target, settings }, context);
  await expect(setting).rejects.toBeInstanceOf(WaitingError);
  await expect(setting).rejects.toMatchObject({
    message: expect.stringMatching(/^new cannot get its replicas, .* cluster\.max_shards_per_node/),
  });
});

describe('settings that the destination may lack', () => {
  const ACTIVE = 'index.write.wait_for_active_shards';
  const settings = { 'index.hidden': null, 'index.translog.durability': null, [ACTIVE]: 'abc' };
  const action = { type: 'SetSettings', target, settings, mayLack: true } as const;
  // Elasticsearch does not name the setting.
  const unnamed = refused('cannot parse ActiveShardCount[abc]');
  const refusing = (key: string) =>
    cluster((body) => (key in body && body[key] !== null ? unnamed : undefined));
  const alone = ([key, value]: readonly [string, unknown]) => ({ [key]: value });

  it('are set in one call', async () => {
    const { sent, context } = cluster(() => undefined);
    expect(await setSettings(action, context)).toBeUndefined();
    expect(sent).toEqual([settings]);
  });

  it('are set one by one where one is refused, and that one is remembered', async () => {
    const { sent, context } = refusing(ACTIVE);
    const change = await setSettings(action, context);
    expect(sent).toEqual([settings, ...Object.entries(settings).map(alone)]);
    expect(change?.({ phase: 'RollbackWindow' })).toEqual({
      phase: 'RollbackWindow',
      refusedSettings: [ACTIVE],
    });
  });

  it('do not leave a destination hidden that is to serve', async () => {
    const { sent, context } = refusing('index.hidden');
    const change = await setSettings({ ...action, settings: { 'index.hidden': 'maybe' } }, context);
    expect(change?.({}).refusedSettings).toEqual(['index.hidden']);
    expect(sent.at(-1)).toEqual({ 'index.hidden': null });
  });

  it('are remembered as far as they have place in a status', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`index.${at}.${'x'.repeat(300)}`, 1]),
    );
    const change = await setSettings({ ...action, settings: many }, cluster(() => unnamed).context);
    const status = change?.({}) ?? {};
    expect(status.refusedSettings).toHaveLength(10);
    expect(reindexRequest.status.safeParse(status).success).toBe(true);
  });

  it.each([
    ['a proxy', classifyAnswer(put, { status: 400, body: '<html>Bad Request' })],
    ['a cluster without a master', classifyAnswer(put, { status: 503, body: {} })],
  ])('are all tried again after the answer of %s', async (_, answer) => {
    const some = { ...action, settings: { [ACTIVE]: 'abc' } };
    await expect(setSettings(some, cluster(() => answer).context)).rejects.toBe(answer);
  });
});

it('leaves out no setting that the destination must have', async () => {
  const error = refused('no');
  const setting = setSettings(
    { type: 'SetSettings', target, settings: { a: 1 } },
    cluster(() => error).context,
  );
  await expect(setting).rejects.toBe(error);
});
