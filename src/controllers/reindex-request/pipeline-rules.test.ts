import { describe, expect, it } from 'vitest';
import { calledPipelines, pipelineFaults } from './pipeline-rules.ts';

const processors = (...list: unknown[]) => ({ p: { processors: list } });

describe('pipelineFaults', () => {
  it.each([
    ['a reroute', { reroute: {} }],
    ['an index name by date', { date_index_name: { field: 'at' } }],
    ['a drop, which no count could prove', { drop: { if: 'ctx.a == null' } }],
    ['a set of _index through its source', { set: { field: '_source._index', value: 'x' } }],
    ['a set of _id', { set: { field: '_id', value: 'x' } }],
    [
      'a set of _routing in on_failure',
      { lowercase: { field: 'a', on_failure: [{ set: { field: '_routing', value: 'x' } }] } },
    ],
    ['a rename to _index', { rename: { field: 'a', target_field: '_index' } }],
    ['a rename of _id', { rename: { field: '_id', target_field: 'a' } }],
    ['a removal among others', { remove: { field: ['a', '_id'] } }],
    ['a script that names _id', { script: { source: 'ctx._id = 1' } }],
    ['a stored script', { script: { id: 'stored' } }],
    [
      'a change inside foreach',
      { foreach: { field: 'a', processor: { set: { field: '_id', value: 'x' } } } },
    ],
    ['a pipeline that does not exist', { pipeline: { name: 'missing' } }],
    ['a pipeline whose name is made per document', { pipeline: { name: '{{a}}' } }],
  ])('refuses %s', (_, processor) => {
    expect(pipelineFaults('p', processors(processor))).toHaveLength(1);
  });

  it.each([
    ['a set of a field', { set: { field: 'a', value: 1 } }],
    ['a copy of _id into a field', { set: { field: 'a', copy_from: '_id' } }],
    ['reading _id into a target', { uppercase: { field: '_id', target_field: 'a' } }],
    [
      'a missing pipeline that may be missing',
      { pipeline: { name: 'missing', ignore_missing_pipeline: true } },
    ],
  ])('accepts %s', (_, processor) => {
    expect(pipelineFaults('p', processors(processor))).toEqual([]);
  });

  it('reads the pipelines that are called, and ends where they call each other', () => {
    const pipelines = {
      p: { processors: [{ pipeline: { name: 'q' } }] },
      q: { processors: [{ pipeline: { name: 'p' } }, { reroute: {} }] },
    };
    expect(pipelineFaults('p', pipelines)).toEqual([expect.stringContaining('q')]);
  });

  it('names a pipeline that does not exist', () => {
    expect(pipelineFaults('gone', {})).toEqual([expect.stringContaining('gone')]);
  });
});

describe('calledPipelines', () => {
  it('finds them at any depth', () => {
    const pipeline = {
      processors: [{ set: { field: 'a', on_failure: [{ pipeline: { name: 'q' } }] } }],
      on_failure: [{ pipeline: { name: 'r' } }],
    };
    expect(calledPipelines(pipeline)).toEqual(['q', 'r']);
  });
});
