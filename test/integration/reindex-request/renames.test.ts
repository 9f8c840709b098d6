import { describe, expect, it } from 'vitest';
import { useReindexBed } from '../../support/reindex-bed.ts';
import { copyScript } from '../../../src/controllers/reindex-request/script.ts';
import { createIndex, documentsOf, write } from '../../support/reindex-indices.ts';
import { reindex } from '../../support/reindex-run.ts';

const bed = await useReindexBed();
const index = `${bed.name()}-any`;
await createIndex(bed.es, index, { settings: { number_of_replicas: 0 }, mappings: { enabled: false } });

type Document = Readonly<Record<string, unknown>>;
/** From, to, before, after; with `keep` the original stays. */
type Case = readonly [from: string, to: string, before: Document, after: Document, keep?: 'keep'];

/** The very program of a copy, on one document, by the real Painless. */
async function run(
  renames: readonly { readonly from: string; readonly to: string; readonly removeOriginal: boolean }[],
  document: Document,
): Promise<unknown> {
  const id = bed.name();
  await write(bed.es, index, [{ id, source: document }], true);
  const body = { script: copyScript({ renames }), query: { ids: { values: [id] } } };
  const query = { refresh: true };
  await bed.es.request({ method: 'POST', path: `/${index}/_update_by_query`, query, body });
  return ((await bed.es.request({ method: 'GET', path: `/${index}/_doc/${id}` })) as { _source: unknown })
    ._source;
}

const cases: readonly Case[] = [
  // Names: whatever a field may be called.
  ['a', 'b', { a: 1 }, { b: 1 }],
  ['a', 'b', { a: 1, c: 2 }, { b: 1, c: 2 }],
  ['if', 'else', { if: 1 }, { else: 1 }],
  ['return', 'new', { return: 'x' }, { new: 'x' }],
  ['def', 'void', { def: 1 }, { void: 1 }],
  ['for', 'ctx', { for: 1 }, { ctx: 1 }],
  ['this', 'params', { this: 1 }, { params: 1 }],
  ['instanceof', 'null', { instanceof: 1 }, { null: 1 }],
  ['@timestamp', 'time', { '@timestamp': '2026-01-01' }, { time: '2026-01-01' }],
  ['time', '@timestamp', { time: '2026-01-01' }, { '@timestamp': '2026-01-01' }],
  ['123field', 'field123', { '123field': 1 }, { field123: 1 }],
  ['field', '123', { field: 1 }, { 123: 1 }],
  ['with space', 'with-dash', { 'with space': 1 }, { 'with-dash': 1 }],
  ['größe', 'サイズ', { größe: 1 }, { サイズ: 1 }],
  ['$a', 'a$b', { $a: 1 }, { a$b: 1 }],
  ['a;b', 'a{b}', { 'a;b': 1 }, { 'a{b}': 1 }],
  ['//', '/*', { '//': 1 }, { '/*': 1 }],
  ['size', 'get', { size: 1 }, { get: 1 }],
  ['esStewardRename', 'from', { esStewardRename: 1 }, { from: 1 }],
  // Depth: parents on both sides.
  ['a.b', 'a.c', { a: { b: 1 } }, { a: { c: 1 } }],
  ['a.b', 'c', { a: { b: 1, x: 2 } }, { a: { x: 2 }, c: 1 }],
  ['a', 'b.c', { a: 1 }, { b: { c: 1 } }],
  ['a.b', 'c.d', { a: { b: 1 }, c: { e: 2 } }, { a: {}, c: { d: 1, e: 2 } }],
  ['a.b.c.d.e', 'a.b.c.d.f', { a: { b: { c: { d: { e: 1 } } } } }, { a: { b: { c: { d: { f: 1 } } } } }],
  ['a', 'b.c.d.e.f', { a: 1 }, { b: { c: { d: { e: { f: 1 } } } } }],
  ['a.b.c.d.e', 'f', { a: { b: { c: { d: { e: 1 } } } } }, { a: { b: { c: { d: {} } } }, f: 1 }],
  ['a.if.@x', 'b.else', { a: { if: { '@x': 1 } } }, { a: { if: {} }, b: { else: 1 } }],
  ['a', 'a.b', { a: 1 }, { a: { b: 1 } }],
  ['a.b', 'a', { a: { b: 1 } }, { a: 1 }],
  ['a', 'b', { a: { deep: [1, { x: 2 }] } }, { b: { deep: [1, { x: 2 }] } }],
  // What is not there is left alone.
  ['a', 'b', { c: 1 }, { c: 1 }],
  ['a.b', 'c', { c: 1 }, { c: 1 }],
  ['a.b.c', 'x', { a: { z: 1 } }, { a: { z: 1 } }],
  ['a.b.c', 'x', { a: 'a value' }, { a: 'a value' }],
  ['a.b', 'x.y', { z: 1 }, { z: 1 }],
  ['a.b', 'c', { a: [{ b: 1 }] }, { a: [{ b: 1 }] }],
  // Values of every kind, null among them.
  ['a', 'b', { a: null }, { b: null }],
  ['a.b', 'c', { a: null }, { a: null }],
  ['a', 'b.c', { a: 1, b: null }, { b: { c: 1 } }],
  ['a', 'b', { a: [] }, { b: [] }],
  ['a', 'b', { a: false }, { b: false }],
  ['a', 'b', { a: '' }, { b: '' }],
  ['a', 'b', { a: 1.5 }, { b: 1.5 }],
  ['a', 'b', { a: 9007199254740991 }, { b: 9007199254740991 }],
  // What is there is replaced.
  ['a', 'b', { a: 1, b: 2 }, { b: 1 }],
  ['a', 'b', { a: null, b: 2 }, { b: null }],
  ['a.b', 'a', { a: { b: 1, x: 2 } }, { a: 1 }],
  // A dot in a key is a level like any other, as in the mappings.
  ['a.b.c', 'x', { 'a.b.c': 1 }, { x: 1 }],
  ['a.b.c', 'x', { 'a.b': { c: 1, d: 2 } }, { 'a.b': { d: 2 }, x: 1 }],
  ['a.b.c', 'x', { a: { 'b.c': 1 } }, { a: {}, x: 1 }],
  ['a.b.c', 'x', { a: { b: { d: 2 } }, 'a.b': { c: 1 } }, { a: { b: { d: 2 } }, 'a.b': {}, x: 1 }],
  ['a.b.c', 'a.b.d', { 'a.b.c': 1 }, { a: { b: { d: 1 } } }],
  ['a.b', 'x', { 'a.b': null }, { x: null }],
  ['a.b', 'x', { 'a.b.c': 1, 'a.bc': 2 }, { 'a.b.c': 1, 'a.bc': 2 }],
  ['a.b.c', 'x', { 'a.b': [{ c: 1 }] }, { 'a.b': [{ c: 1 }] }],
  ['a.b', 'x', { 'a.b': 1, a: { b: 2 } }, { 'a.b': 1, a: {}, x: 2 }],
  ['a', 'b.c', { a: 1, 'b.c': 2 }, { b: { c: 1 } }],
  ['a', 'b.c.d', { a: 1, 'b.c': { d: 2 }, b: { 'c.d': 3, e: 4 } }, { 'b.c': {}, b: { c: { d: 1 }, e: 4 } }],
  ['a.b', 'c', { 'a.b': 1 }, { 'a.b': 1, c: 1 }, 'keep'],
  // The original stays.
  ['a', 'b', { a: 1 }, { a: 1, b: 1 }, 'keep'],
  ['a.b', 'c.d', { a: { b: 1 } }, { a: { b: 1 }, c: { d: 1 } }, 'keep'],
  ['a', 'b', { a: null }, { a: null, b: null }, 'keep'],
  ['a', 'b', { c: 1 }, { c: 1 }, 'keep'],
  ['if', '@timestamp', { if: 1 }, { if: 1, '@timestamp': 1 }, 'keep'],
];

describe('a rename (R13)', () => {
  it.for(cases)('%s -> %s of %o gives %o %s', async ([from, to, before, after, keep]) => {
    expect(await run([{ from, to, removeOriginal: keep === undefined }], before)).toEqual(after);
  });

  it('follows the one before it', async () => {
    const renames = [
      { from: 'a', to: 'b', removeOriginal: true },
      { from: 'b', to: 'c.d', removeOriginal: true },
    ];
    expect(await run(renames, { a: 1 })).toEqual({ c: { d: 1 } });
  });

  it('never replaces a value by a parent', async () => {
    const lost = run([{ from: 'a', to: 'b.c', removeOriginal: true }], { a: 1, b: 'a value' });
    await expect(lost).rejects.toMatchObject({ errorClass: 'invalid' });
  });

  it('comes before the script in a copy', async () => {
    const name = bed.name();
    const [from, to] = [`${name}-old`, `${name}-new`];
    await createIndex(bed.es, from, { settings: { number_of_replicas: 0 } });
    await write(bed.es, from, [{ id: '1', source: { if: { '@x': 3 } } }]);
    const { status } = await reindex(bed, {
      from,
      to,
      transform: {
        renames: [{ from: 'if.@x', to: 'n' }],
        script: { source: 'int twice(int n) { return n * 2 } ctx._source.n = twice(ctx._source.n)' },
      },
    });
    expect(status.phase).toBe('Completed');
    expect(await documentsOf(bed.es, to)).toMatchObject([{ id: '1', source: { if: {}, n: 6 } }]);
  });
});
