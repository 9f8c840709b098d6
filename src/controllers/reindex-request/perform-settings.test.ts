import { expect, it } from 'vitest';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { WaitingError } from '../../runtime/errors.ts';
import type { EffectContext } from './perform-effect.ts';
import { setSettings } from './perform-settings.ts';

const put = { method: 'PUT', path: '/new/_settings' } as const;

/** As the server answered, 9.4.3. */
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
