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
    ['a script that names _version', { script: { source: 'ctx._version = 5' } }],
    ['a set of _version', { set: { field: '_version', value: 5 } }],
    ['a set of _version_type', { set: { field: '_version_type', value: 'external' } }],
    ['a set of _if_seq_no', { set: { field: '_if_seq_no', value: 1 } }],
    ['a set of _if_primary_term', { set: { field: '_source._if_primary_term', value: 1 } }],
    ['a stored script', { script: { id: 'stored' } }],
    [
      'a change inside foreach',
      { foreach: { field: 'a', processor: { set: { field: '_id', value: 'x' } } } },
    ],
    ['a field that the document names', { set: { field: '{{{f}}}', value: 'x' } }],
    ['a field whose name the document ends', { append: { field: '_source.{{f}}', value: 'x' } }],
    ['a name that a section makes', { set: { field: '{{#f}}a{{/f}}_id', value: 'x' } }],
    ['a removal of what the document names', { remove: { field: ['a', '_{{f}}'] } }],
    ['a column of a table', { csv: { field: 'a', target_fields: ['b', '_id'] } }],
    ['a capture of grok', { grok: { field: 'a', patterns: ['%{WORD:b} %{WORD:_id}'] } }],
    ['one with a type', { grok: { field: 'a', patterns: ['%{WORD:_routing:string}'] } }],
    ['one with a name of its own', { grok: { field: 'a', patterns: ['(?<_source._index>\\w+)'] } }],
    [
      'one in a definition',
      { grok: { field: 'a', patterns: ['%{P}'], pattern_definitions: { P: '%{WORD:_id}' } } },
    ],
    ['a part of dissect', { dissect: { field: 'a', pattern: '%{b} %{+_id/2->}' } }],
    ['a name that dissect finds', { dissect: { field: 'a', pattern: '%{*k}=%{&k}' } }],
    ['JSON that is laid over the document', { json: { field: 'a', add_to_root: true } }],
    ['pairs that are laid over the document', { kv: { field: 'a', field_split: ' ', value_split: '=' } }],
    ['pairs with a prefix that makes a name', { kv: { field: 'a', prefix: '_' } }],
    ['pairs among which is one', { kv: { field: 'a', include_keys: ['b', '_routing'] } }],
    ['a pipeline that does not exist', { pipeline: { name: 'missing' } }],
    ['a pipeline whose name is made per document', { pipeline: { name: '{{a}}' } }],
  ])('refuses %s', (_, processor) => {
    expect(pipelineFaults('p', processors(processor))).toHaveLength(1);
  });

  it.each([
    ['a set of a field', { set: { field: 'a', value: 1 } }],
    ['a copy of _id into a field', { set: { field: 'a', copy_from: '_id' } }],
    ['a copy of _version into a field', { set: { field: 'a', copy_from: '_version' } }],
    ['a field of a longer name', { set: { field: '_version_of_it', value: 1 } }],
    ['a script that names a longer one', { script: { source: 'ctx.a = ctx._version_of_it' } }],
    ['reading _id into a target', { uppercase: { field: '_id', target_field: 'a' } }],
    ['a field of that name within another', { set: { field: 'user._id', value: 1 } }],
    ['a name with a fixed beginning', { set: { field: 'stats.{{f}}', value: 1 } }],
    ['a name with a fixed end', { set: { field: '{{f}}_count', value: 1 } }],
    ['columns of a table', { csv: { field: '_id', target_fields: ['a', 'b'] } }],
    ['captures', { grok: { field: '_id', patterns: ['%{WORD:a}-%{INT:b:int}', 'of_index:_id (?<=x)'] } }],
    ['parts', { dissect: { field: '_id', pattern: '%{a} %{?_id} %{+a} %{} %{b->}' } }],
    ['JSON that has a place', { json: { field: 'a', target_field: 'b' } }],
    ['JSON in its own place', { json: { field: 'a' } }],
    ['pairs that have a place', { kv: { field: 'a', target_field: 'b' } }],
    ['pairs with a prefix', { kv: { field: 'a', prefix: 'b_' } }],
    ['pairs that are chosen', { kv: { field: 'a', include_keys: ['b'] } }],
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

  it.each([
    [{ script: { source: 'ctx._version = 5' } }, 'names _version,'],
    [{ set: { field: '{{f}}_term', value: 1 } }, 'such as _if_primary_term'],
    [{ set: { field: '{{{f}}}', value: 1 } }, 'such as _id'],
  ])('names what it is about: %o', (processor, said) => {
    expect(pipelineFaults('p', processors(processor))).toEqual([expect.stringContaining(said)]);
  });

  it.each([
    [{ set: { field: '_id', value: 'x' } }],
    [{ set: { field: '{{f}}', value: 'x' } }],
    [{ script: { source: 'ctx._index = 1' } }],
    [{ script: { id: 'stored' } }],
    [{ reroute: {} }],
    [{ pipeline: { name: '{{a}}' } }],
  ])('says what to do where %o cannot be corrected', (processor) => {
    const said = 'then retry, or use another pipeline, or none, in a new request';
    expect(pipelineFaults('p', processors(processor))).toEqual([expect.stringContaining(said)]);
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
