import { describe, expect, it } from 'vitest';
import { useReindexBed } from '../../support/reindex-bed.ts';
import type { ReindexRequest } from '../../../src/crds/reindex-request.ts';
import {
  addAliases,
  createSource,
  documentsOf,
  indexOf,
  isBlocked,
  isHidden,
  numbered,
  write,
} from '../../support/reindex-indices.ts';
import type { Document } from '../../support/reindex-indices.ts';
import { reindex, type RunOptions } from '../../support/reindex-run.ts';

const bed = await useReindexBed();

const keyword = {
  settings: { number_of_shards: 2, number_of_replicas: 0 },
  mappings: { properties: { n: { type: 'keyword' } } },
};
const integer = { properties: { n: { type: 'integer' } } };
const quarantine = (maxQuarantined = 100) => ({
  onDocumentFailure: { policy: 'Quarantine', maxQuarantined },
});

/** A source whose documents at these ids do not fit an integer. */
const source = (count: number, ...poison: readonly number[]) =>
  createSource(bed, { documents: numbered(count).map((one) => poisoned(one, poison)), index: keyword });

function poisoned(one: Document, poison: readonly number[]): Document {
  return poison.includes(Number(one.id)) ? { ...one, source: { n: 'poison' } } : one;
}

const copy = (
  { from, to }: { readonly from: string; readonly to: string },
  spec: object = {},
  options: RunOptions = {},
) => reindex(bed, { from, to, destination: { index: to, mappings: integer }, ...spec }, options);

const errorsOf = (to: string) => documentsOf(bed.es, `${to}-error`);
const condition = (status: NonNullable<ReindexRequest['status']>) =>
  status.conditions?.find(({ type }) => type === 'QuarantinedDocuments')?.status;

describe('documents that do not fit, by default', () => {
  it('fail the request after the others are copied, are named, and move nothing (H7)', async () => {
    const names = await source(200, 150, 170);
    await addAliases(bed.es, names.from, { [names.name]: {} });
    const { status } = await copy(names, { writeMode: 'Online' }, { fewestDocumentsPerRange: 20 });
    expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'DocumentFailures' } });
    expect(status.failures?.map(({ id }) => id).sort()).toEqual(['150', '170']);
    expect(JSON.stringify(status)).not.toContain('poison');
    const old = await indexOf(bed.es, names.from);
    expect(old && isBlocked(old)).toBe(false);
    expect(old?.aliases).toHaveProperty(names.name);
    expect(await documentsOf(bed.es, names.to)).toHaveLength(198);
    const errors = await errorsOf(names.to);
    expect(errors.map(({ source: error }) => error)).toMatchObject([
      { type: 'document_parsing_exception', source: { n: 'poison' } },
      { source: { n: 'poison' } },
    ]);
    const index = await indexOf(bed.es, `${names.to}-error`);
    expect(index && isHidden(index)).toBe(true);
  });

  it('are kept whole, with vectors that some clusters do not show', async () => {
    const vector = { n: { type: 'keyword' }, v: { type: 'dense_vector', dims: 2 } };
    const documents = numbered(30).map(({ id }) => ({
      id,
      source: { n: id === '20' ? 'poison' : id, v: [0.5, 3] },
    }));
    const index = { ...keyword, mappings: { properties: vector } };
    const names = await createSource(bed, { documents, index });
    const { status } = await copy(names, quarantine());
    expect(status).toMatchObject({ phase: 'Completed', progress: { quarantined: 1 } });
    expect(await errorsOf(names.to)).toMatchObject([{ source: { source: { n: 'poison', v: [0.5, 3] } } }]);
  });

  it('among the first are found before anything is done (H8)', async () => {
    const names = await source(20, ...numbered(20).map(({ id }) => Number(id)));
    const { status } = await copy(names);
    expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'MappingConflict' } });
    expect(await indexOf(bed.es, names.to)).toBeUndefined();
  });

  it('are no failure once they are corrected during the copy', async () => {
    const names = await source(100, 77);
    const correct = () => write(bed.es, names.from, [{ id: '77', source: { n: 77 } }]);
    const { status } = await copy(names, { writeMode: 'Online' }, { at: { Copying: correct } });
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 100 } });
  });

  it('are no failure either once they have failed and are corrected or deleted after that', async () => {
    const names = await source(200, 77, 80);
    const correct = async () => {
      await write(bed.es, names.from, [{ id: '77', source: { n: 77 } }]);
      await bed.es.request({ method: 'DELETE', path: `/${names.from}/_doc/80`, query: { refresh: true } });
    };
    let isCorrected = false;
    const { status } = await copy(
      names,
      { writeMode: 'Online' },
      {
        fewestDocumentsPerRange: 20,
        around: async (call, send) => {
          const answer = await send();
          const isLast = call.shape === 'POST /{error}/_count' && (answer as { count: number }).count === 2;
          if (isLast && !isCorrected) await correct();
          isCorrected ||= isLast;
          return answer;
        },
      },
    );
    expect(isCorrected).toBe(true);
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 199 } });
    expect(status.failures).toBeUndefined();
  });
});

describe('documents in quarantine', () => {
  it.each(['Full', 'Ids'])(
    'are left out and counted, the copy completes, proven by %s (H7)',
    async (level) => {
      const names = await source(300, 0, 5, 150, 299);
      const verification = { level };
      const { status } = await copy(names, { ...quarantine(), writeMode: 'Online', verification });
      expect(status).toMatchObject({
        phase: 'Completed',
        progress: { quarantined: 4 },
        verification: {
          sourceDocuments: 300,
          destinationDocuments: 296,
          expected: 296,
          sampled: 296,
          mismatched: 0,
        },
      });
      expect(condition(status)).toBe('True');
      expect(
        (await errorsOf(names.to)).map(({ source: error }) => (error as { id: string }).id).sort(),
      ).toEqual(['0', '150', '299', '5']);
    },
  );

  it('are those too on which a pipeline fails, which Elasticsearch tells of as its own failure', async () => {
    const pipeline = bed.name();
    const body = { processors: [{ fail: { message: 'no such n', if: 'ctx.n == 150' } }] };
    await bed.es.request({ method: 'PUT', path: `/_ingest/pipeline/${pipeline}`, body });
    const { from, to } = await createSource(bed, { documents: numbered(200) });
    const { status } = await reindex(bed, { from, to, ...quarantine(), transform: { pipeline } });
    expect(status).toMatchObject({
      phase: 'Completed',
      progress: { quarantined: 1 },
      failures: [{ id: '150', type: 'fail_processor_exception' }],
    });
    expect(await documentsOf(bed.es, to)).toHaveLength(199);
  });

  it('more than are allowed fail the request', async () => {
    const names = await source(60, 1, 2, 3);
    const { status } = await copy(names, quarantine(2));
    expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'DocumentFailures' } });
  });

  it('count once, however often they are written again', async () => {
    const names = await source(100, 42);
    const spoil = () => write(bed.es, names.from, [{ id: '42', source: { n: 'poison again' } }]);
    const spec = { ...quarantine(1), writeMode: 'Online' };
    const { status } = await copy(names, spec, { at: { CatchingUp: spoil } });
    expect(status).toMatchObject({ phase: 'Completed', progress: { quarantined: 1 } });
    expect(status.failures).toHaveLength(1);
    expect((await errorsOf(names.to)).map(({ source: error }) => error)).toMatchObject([
      { id: '42', source: { n: 'poison again' } },
    ]);
  });

  it('are told of where nothing else is proven, with CopyOnly', async () => {
    const names = await source(60, 42);
    const { status } = await copy(names, { ...quarantine(), writeMode: 'CopyOnly' });
    expect(status).toMatchObject({ phase: 'Completed', progress: { quarantined: 1 } });
    expect(condition(status)).toBe('True');
  });

  it('leave no older good version behind (H84)', async () => {
    const names = await source(100);
    const spoil = () => write(bed.es, names.from, [{ id: '42', source: { n: 'poison' } }]);
    const { status } = await copy(
      names,
      { ...quarantine(), writeMode: 'Online' },
      { at: { CatchingUp: spoil } },
    );
    expect(status).toMatchObject({ phase: 'Completed', progress: { quarantined: 1 } });
    expect((await documentsOf(bed.es, names.to)).map(({ id }) => id)).not.toContain('42');
  });

  it('are told apart by their routing where they share an id', async () => {
    const same = ['a', 'b', 'c', 'd', 'e'].map((routing) => ({ id: 'same', routing, source: { n: 7 } }));
    const names = await createSource(bed, { documents: [...numbered(30), ...same], index: keyword });
    // One for each shard is left.
    const [spoilt, good] = (await documentsOf(bed.es, names.from)).filter(({ id }) => id === 'same');
    if (!spoilt || !good) throw new Error('all routings lead to one shard');
    await write(bed.es, names.from, [{ ...spoilt, source: { n: 'poison' } }]);
    const { status } = await copy(names, quarantine());
    expect(status).toMatchObject({ phase: 'Completed', progress: { quarantined: 1 } });
    const copied = (await documentsOf(bed.es, names.to)).filter(({ id }) => id === 'same');
    expect(copied.map(({ routing }) => routing)).toEqual([good.routing]);
  });

  it('are not written into an index that somebody else has', async () => {
    const names = await source(30, 20);
    await bed.es.request({ method: 'PUT', path: `/${names.to}-error` });
    const { status } = await copy(names, quarantine());
    expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'ForeignDestination' } });
  });
});
