import { expect, it } from 'vitest';
import { UID } from '../../../test/support/reindex-situations.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { FencedError } from '../../runtime/errors.ts';
import { guardAlias, isGuard } from './names.ts';
import type { EffectContext } from './perform-effect.ts';
import { deleteGuarded } from './perform-guarded-delete.ts';

const EARLIER = guardAlias(UID, '0123abcd');
const THEIRS = guardAlias('ffffff01-2', '0123abcd');

/** An index that stays, with the guard of a try whose answer was lost. */
function cluster(answer: unknown = { acknowledged: true }) {
  const sent: unknown[] = [];
  const request = async ({ method, path, body }: ElasticsearchRequest) => {
    const settings = { index: { uuid: 'b', number_of_shards: '1', number_of_replicas: '0' } };
    if (method === 'GET')
      return { beside: { aliases: { [EARLIER]: {}, [THEIRS]: {} }, mappings: {}, settings } };
    sent.push(method === 'POST' ? body : `${method} ${path}`);
    if (sent.length > 1 && answer instanceof Error) throw answer;
    return { acknowledged: true };
  };
  // A cast: only what is used.
  const context = {
    es: { request },
    resource: { metadata: { uid: UID } },
    pass: { signal: new AbortController().signal },
  } as unknown as EffectContext;
  return { context, sent };
}

const target = { index: 'gone', uuid: 'g' };
const beside = { index: 'beside', uuid: 'b' };
const same = async () => {};
const actionsOf = (sent: unknown) => (sent as { readonly actions: readonly object[] }).actions;

it('ends what an earlier try of its own may have on its way, before it sends the deletion with a guard of its own', async () => {
  const { context, sent } = cluster();
  await deleteGuarded({ target, beside, judge: same }, context);
  const alias = expect.stringMatching(/^es-steward-abcdef01-Drop-/);
  expect(sent.map(actionsOf)).toEqual([
    [
      { remove: { index: 'beside', alias: EARLIER, must_exist: true } },
      { add: { index: 'beside', alias, is_hidden: true } },
    ],
    [{ remove: { index: 'beside', alias, must_exist: true } }, { remove_index: { index: 'gone' } }],
  ]);
});

it('asks once more, with the guard there, whether it is still what was judged', async () => {
  const { context, sent } = cluster();
  let looks = 0;
  const judge = async () => {
    looks += 1;
    if (looks === 2) throw new FencedError('another index');
  };
  await expect(deleteGuarded({ target, beside, judge }, context)).rejects.toBeInstanceOf(FencedError);
  expect(sent).toHaveLength(1);
});

it('leaves it to the next pass where an earlier try has come true', async () => {
  const gone = { type: 'aliases_not_found_exception', reason: 'aliases [x] missing' };
  const request = { method: 'POST', path: '/_aliases' } as const;
  const { context } = cluster(classifyAnswer(request, { status: 404, body: { error: gone } }));
  await expect(deleteGuarded({ target, beside, judge: same }, context)).resolves.toBeUndefined();
});

it('deletes by name alone where no index may be touched beside it', async () => {
  const { context, sent } = cluster();
  await deleteGuarded({ target, beside: undefined, judge: same }, context);
  expect(sent).toEqual(['DELETE /gone']);
});

it('has a name for its guard that is known as one', () => {
  expect(isGuard(EARLIER)).toBe(true);
  expect(isGuard('es-steward-abcdef01-1')).toBe(false);
});
