import { describe, expect, it } from 'vitest';
import { classifyAnswer } from './classify.ts';
import type { ElasticsearchRequest } from './elasticsearch.ts';
import { ElasticsearchError } from './errors.ts';
import { grantsOfUser, hiddenContents } from './hidden-contents.ts';

const role = (names: string, over: object = {}) => ({ names: [names], privileges: ['read'], ...over });
const query = { query: ['{"term":{"a":1}}'] };
const fields = { field_security: [{ grant: ['*'], except: ['secret'] }] };

/** Answers by path; what is not listed is refused as a server without security does. */
function server(answers: Readonly<Record<string, unknown>>) {
  const asked: ElasticsearchRequest[] = [];
  const request = async (sent: ElasticsearchRequest) => {
    asked.push(sent);
    const answer = answers[sent.path];
    const found = typeof answer === 'function' ? (answer(sent) as unknown) : answer;
    if (found === undefined) throw classifyAnswer(sent, { status: 405, body: { error: 'no handler' } });
    if (found instanceof Error) throw found;
    return found;
  };
  return { request, asked };
}

const told = (...indices: object[]) => server({ '/_security/user/_privileges': { indices } });
const hidden = async (es: ReturnType<typeof server>, index = 'orders-v1') =>
  hiddenContents(await grantsOfUser(es), index);

describe('what a login does not see', () => {
  it.each([
    ['documents', 'where a query chooses them', [role('orders-*', query)]],
    ['documents', 'where a pattern with one letter fits', [role('orders-v?', query)]],
    ['documents', 'where a regular expression fits', [role('/orders-v[0-9]+/', query)]],
    [
      'documents',
      'where the other role only looks at settings',
      [role('orders-*', query), role('*', { privileges: ['view_index_metadata'] })],
    ],
    ['fields', 'where some are left out', [role('orders-*', fields)]],
    ['fields', 'where only some are given', [role('*', { field_security: [{ grant: ['a'] }] })]],
    [undefined, 'where a role is without limits', [role('orders-*', query), role('*')]],
    [
      undefined,
      'where one role shows all documents and the other all fields',
      [role('orders-*', query), role('orders-v1', fields)],
    ],
    [undefined, 'where the limits are of other indexes', [role('*'), role('logs-*', query)]],
    [undefined, 'where every field is given', [role('*', { field_security: [{ grant: ['*'] }] })]],
    [undefined, 'where the list of queries is empty', [role('*', { query: [], field_security: [] })]],
    [undefined, 'where it is the superuser', [role('*', { privileges: ['all'] })]],
  ])('is %s, %s', async (what, _, grants) => {
    expect(await hidden(told(...grants))).toBe(what);
  });
});

describe('an API key with roles of its own', () => {
  const refused = (status: number, type: string) => (sent: ElasticsearchRequest) =>
    classifyAnswer(sent, { status, body: { error: { type, reason: '' } } });
  const withKey = (key: unknown) =>
    server({
      '/_security/user/_privileges': refused(400, 'illegal_argument_exception'),
      '/_security/_authenticate': { username: 'u', api_key: { id: 'k', name: 'n' } },
      '/_security/api_key': key,
    });
  const limited = { role_descriptors: { r: { indices: [role('*')] } } };

  it.each([
    ['itself', { role_descriptors: { r: { indices: [role('*', { query: '{"match_all":{}}' })] } } }],
    ['its maker', { ...limited, limited_by: [{ m: { indices: [role('*', query)] } }] }],
  ])('does not see what %s may not', async (_, key) => {
    expect(await hidden(withKey({ api_keys: [key] }))).toBe('documents');
  });

  it('is judged by itself where it may not ask for its maker', async () => {
    const es = withKey(({ query: asked, path, method }: ElasticsearchRequest) =>
      asked?.['with_limited_by']
        ? refused(403, 'security_exception')({ path, method })
        : { api_keys: [limited] },
    );
    expect(await hidden(es)).toBeUndefined();
    expect(es.asked.map(({ query: asked }) => asked?.['id'])).toEqual([undefined, undefined, 'k', 'k']);
  });
});

it('says nothing where there is no security', async () => {
  expect(await grantsOfUser(server({}))).toEqual([]);
});

it('asks again what may be answered later', async () => {
  const busy = classifyAnswer({ method: 'GET', path: '/' }, { status: 503, body: {} });
  const es = server({ '/_security/user/_privileges': busy });
  await expect(grantsOfUser(es)).rejects.toBeInstanceOf(ElasticsearchError);
});
