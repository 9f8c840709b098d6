import { describe, expect, it } from 'vitest';
import type { ReindexResult } from '../../elasticsearch/reindex-result.ts';
import { listedFailure } from './failures.ts';
import { entranceAlias } from './names.ts';
import { outcomeOf, resultOf } from './outcomes.ts';
import { failedScript, ownPiece } from './script-failure.ts';

const result = (over: Partial<ReindexResult> = {}): ReindexResult => ({
  total: 10,
  created: 10,
  updated: 0,
  noops: 0,
  deleted: 0,
  versionConflicts: 0,
  batches: 1,
  failures: [],
  canceled: undefined,
  timedOut: false,
  ...over,
});
const failure = (type: string, status: number, id: string | undefined = '1') => ({
  index: 'b',
  id,
  status,
  type,
  reason: 'why',
});

describe('resultOf', () => {
  it('is a copy only when the sums add up', () => {
    expect(resultOf(result()).type).toBe('copied');
    expect(resultOf(result({ created: 9 })).type).toBe('repeat');
    expect(resultOf(result({ created: 6, updated: 1, noops: 2, deleted: 1 })).type).toBe('copied');
  });

  it.each([
    ['cancelled by somebody', { canceled: 'by user request', created: 4 }],
    ['timed out', { timedOut: true }],
    ['rejected by a full queue', { failures: [failure('es_rejected_execution_exception', 429)] }],
    ['stopped by the flood stage', { failures: [failure('cluster_block_exception', 429)] }],
    ['without a shard', { failures: [failure('unavailable_shards_exception', 503)] }],
    ['without a node in between', { failures: [failure('status_exception', 502)] }],
    ['written to a shard that closes', { failures: [failure('already_closed_exception', 500)] }],
    ['written to an index that is closed', { failures: [failure('index_closed_exception', 400)] }],
    ['ended by a node as a whole', { failures: [{ ...failure('exception', 500), id: undefined }] }],
    ['in conflict with its own twin', { failures: [failure('version_conflict_engine_exception', 409)] }],
  ])('repeats what was %s', (_, over) => {
    expect(resultOf(result(over)).type).toBe('repeat');
  });

  it('names what ended it, and a block that a person has to lift', () => {
    const why = (type: string, status: number) => resultOf(result({ failures: [failure(type, status)] }));
    expect(why('cluster_block_exception', 403)).toEqual({
      type: 'repeat',
      why: 'b is blocked by somebody (cluster_block_exception): lift that block',
    });
    expect(why('unavailable_shards_exception', 503)).toMatchObject({
      why: 'the task ended early: unavailable_shards_exception',
    });
  });

  it('blames no document for a destination that is gone, or for another index that has its entrance', () => {
    const alias = entranceAlias('abcdef01-2', 1);
    const gone = failure('invalid_index_name_exception', 400);
    expect(resultOf(result({ failures: [gone] })).type).toBe('repeat');
    const shared = {
      ...failure('illegal_argument_exception', 400),
      reason: `no write index is defined for alias [${alias}]. The write index may be explicitly disabled`,
    };
    const why = `alias ${alias} is on another index as well: remove it from all but the destination`;
    expect(resultOf(result({ failures: [shared] }))).toEqual({ type: 'repeat', why });
    const theirs = { ...shared, reason: shared.reason.replace(alias, 'orders') };
    expect(resultOf(result({ failures: [theirs] })).type).toBe('documentFailures');
  });

  it('blames a document only for what it is to blame for', () => {
    const outcome = resultOf(
      result({
        failures: [
          failure('document_parsing_exception', 400, '7'),
          failure('es_rejected_execution_exception', 429, '8'),
        ],
      }),
    );
    expect(outcome).toMatchObject({
      type: 'documentFailures',
      failures: [{ id: '7', type: 'document_parsing_exception' }],
    });
  });

  it.each(['fail_processor_exception', 'illegal_argument_exception', 'exception'])(
    'blames a document on which a pipeline fails with %s, though that comes as 500',
    (type) => {
      expect(resultOf(result({ failures: [failure(type, 500, 'd150')] }))).toMatchObject({
        type: 'documentFailures',
        failures: [{ id: 'd150', status: 500, type }],
      });
    },
  );

  it('does not quote what stands in a document', () => {
    const reason =
      "failed to parse field [n] of type [long] in document with id '7'. Preview of field's value: 'secret'";
    const outcome = resultOf(
      result({ failures: [{ ...failure('document_parsing_exception', 400), reason }] }),
    );
    expect(outcome).toMatchObject({ failures: [{ reason: 'field n does not fit its type long' }] });
    const [first] = outcome.type === 'documentFailures' ? outcome.failures : [];
    expect(first && JSON.stringify(listedFailure(first))).not.toContain('secret');
  });
});

describe('outcomeOf', () => {
  const task = {
    id: 'n:1',
    opaqueId: 'o',
    description: '',
    counts: undefined,
    runningMs: 0,
  };

  it('never takes a vanished task for a failure', () => {
    expect(outcomeOf({ state: 'unknown' }, 'o').type).toBe('repeat');
  });

  it('does not take the task of somebody else, under the same id after a restart, for its own', () => {
    expect(outcomeOf({ state: 'done', task, response: result(), error: undefined }, 'other').type).toBe(
      'repeat',
    );
  });

  it.each([
    ['illegal_argument_exception', 400, 'pipeline with id [clean] does not exist'],
    ['illegal_state_exception', 500, 'Pipeline processor configured for non-existent pipeline [clean]'],
    [
      'ingest_processor_exception',
      500,
      'java.lang.IllegalStateException: Pipeline processor configured for non-existent pipeline [clean]',
    ],
  ])('blames no document for a pipeline that was deleted, and names that: %s', (type, status, reason) => {
    const gone = { ...failure(type, status), reason };
    const response = result({ failures: [gone] });
    expect(outcomeOf({ state: 'done', task, response, error: undefined }, 'o')).toEqual({
      type: 'repeat',
      why: 'ingest pipeline clean was not there',
    });
  });

  it('reads a running task that has not counted yet as zero', () => {
    expect(outcomeOf({ state: 'running', task }, 'o')).toMatchObject({
      type: 'running',
      counts: { total: 0 },
    });
  });

  it.each([
    ['index_not_found_exception', 'repeat'],
    ['search_phase_execution_exception', 'repeat'],
    ['script_exception', 'failed'],
    ['security_exception', 'forbidden'],
    ['illegal_argument_exception', 'repeat'],
    ['something_new', 'repeat'],
  ])('a task that ended with %s: %s', (type, expected) => {
    expect(
      outcomeOf({ state: 'done', task, response: undefined, error: { type, reason: '' } }, 'o').type,
    ).toBe(expected);
  });

  it.each([
    ['es-steward: b is a value, nothing can be moved below it', 'spec.transform.renames'],
    ['es-steward: a script may not change _id, _routing or _index', 'changes _id, _routing or _index'],
    ['Cannot invoke "secret" of null', 'a script fails on a document'],
  ])(
    'a script that ended it with "%s" is told of without its words, and without a pipeline',
    (thrown, told) => {
      const error = { type: 'script_exception', reason: `runtime error; ${thrown}` };
      const outcome = outcomeOf({ state: 'done', task, response: undefined, error }, 'o');
      expect(outcome).toMatchObject({ reason: 'ScriptFailed', message: expect.stringContaining(told) });
      expect(outcome.type === 'failed' && outcome.message).not.toMatch(/secret|pipeline|es-steward:/);
    },
  );

  it('keeps what Elasticsearch says of a script for the log, the script rather than Java, and not without an end', () => {
    const piece = `ctx._source.total = '${'x'.repeat(2_000)}'.length();`;
    const scriptStack = [...Array(30).fill('java.util.Map.get'), piece, '       ^---- HERE'];
    const error = { type: 'script_exception', reason: `runtime error; ${'y'.repeat(2_000)}`, scriptStack };
    const outcome = outcomeOf({ state: 'done', task, response: undefined, error }, 'o');
    const { detail, scriptStack: lines } = outcome.type === 'failed' ? outcome.said : {};
    expect(String(detail)).toMatch(/^runtime error; y+$/);
    expect(lines).toHaveLength(10);
    expect(lines).toContain('       ^---- HERE');
    expect(JSON.stringify([detail, lines]).length).toBeLessThan(3_000);
  });

  it.each([
    ['ctx._source.total.length();', 'ctx._source.total.length()'],
    ['... ctx._source.total.length() ...', 'ctx._source.total.length()'],
    ['ctx._source.total.length();\n}\n', 'ctx._source.total.length()'],
    [`throw new IllegalArgumentException('own');`, undefined],
    [undefined, undefined],
  ])('tells of %j only what stands in the request', (line, told) => {
    const scriptStack = line === undefined ? [] : ['java.util.Map.get', line, '    ^---- HERE'];
    const outcome = failedScript({ reason: 'runtime error', scriptStack });
    const source = 'def a = 1;\nctx._source.total.length()';
    expect(outcome.type === 'failed' && ownPiece(outcome.piece, source)).toBe(told);
  });
});
