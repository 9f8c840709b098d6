import { expect, it } from 'vitest';
import { createKubernetesApi } from './client.ts';
import type { Transport } from './transport.ts';

const kind = { group: 'es-steward.dev', version: 'v1alpha1', plural: 'lamps' };

/** A cast: nothing else is called. */
const answering = (answer: unknown) =>
  createKubernetesApi({ call: () => Promise.resolve(answer) } as unknown as Transport);

it.each([null, [], 'up', {}, { metadata: {} }, { metadata: { resourceVersion: '1' }, items: 'none' }])(
  'takes %j for no list, which is tried again',
  async (answer) => {
    await expect(answering(answer).list(kind, {})).rejects.toMatchObject({
      name: 'KubernetesError',
      class: 'malformed',
    });
  },
);

it('takes a list without items for an empty one, as servers write it', async () => {
  const list = answering({ metadata: { resourceVersion: '1', continue: '' }, items: null }).list(kind, {});
  expect(await list).toEqual({ items: [], resourceVersion: '1' });
});
