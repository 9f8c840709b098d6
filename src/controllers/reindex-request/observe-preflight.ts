import { countDocuments, indexSize } from '../../elasticsearch/counts.ts';
import { nodeDisks } from '../../elasticsearch/disk.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { isElasticsearchError, isRefusal, undefinedWhen } from '../../elasticsearch/errors.ts';
import { grantsOfUser, hiddenContents } from '../../elasticsearch/hidden-contents.ts';
import { templateOf } from '../../elasticsearch/index-templates.ts';
import { getPipeline } from '../../elasticsearch/ingest.ts';
import { LOCK_INDEX } from '../../elasticsearch/locks.ts';
import { isPipelineName } from '../../elasticsearch/path.ts';
import { missingPrivileges } from '../../elasticsearch/privileges.ts';
import { servingPipelines } from './named-pipelines.ts';
import { OWN_PREFIX, scratchIndex } from './names.ts';
import { isBlocked } from './index-facts.ts';
import { readPipelines } from './observe-pipelines.ts';
import type { IndexFacts, Observed, PreflightFacts } from './observed.ts';
import { aliasesToMove, type Situation } from './situation.ts';

/** What is judged before anything is done; nothing where there is no index that could be copied. */
export async function readPreflight(
  situation: Situation,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Pick<Observed, 'preflight'>> {
  const [source, ...others] = situation.observed.sources;
  if (!source || others.length > 0 || source.closed || source.dataStream || isBlocked(source, 'read'))
    return {};
  const privileges = await missingPrivileges(es, requiredPrivileges(situation, source), signal);
  // Who may not read pipelines is told so, and not that there is none.
  const pipeline = privileges.length > 0 ? undefined : situation.spec.transform?.pipeline;
  const { query } = situation.spec.source;
  const { index, createFrom } = situation.spec.destination;
  const [size, hidden, pipelines, absent, searchable, disks, chosen, template, routed] = await Promise.all([
    indexSize(es, source.name, signal),
    readHidden([source.name, index], es, signal),
    readPipelines(pipeline, es, signal),
    absentPipelines(servingPipelines(situation.spec), es, signal),
    sequenceNumbersSearchable(es, source.name, signal),
    privileges.length > 0 ? undefined : nodeDisks(es, signal),
    // A query that Elasticsearch refuses is refused with a reason by the trial.
    query === undefined
      ? undefined
      : undefinedWhen(['invalid'], countDocuments(es, source.name, query, signal)),
    createFrom === 'Source' ? undefined : templateOf(es, index, signal),
    countDocuments(es, source.name, { exists: { field: '_routing' } }, signal),
  ]);
  const preflight: PreflightFacts = {
    ...size,
    missingPrivileges: privileges,
    hidden,
    pipelines,
    absentPipelines: absent,
    sequenceNumbersSearchable: searchable,
    disks,
    template,
    routed,
    ...(chosen === undefined || size.documents === 0 ? {} : { share: Math.min(chosen / size.documents, 1) }),
  };
  return { preflight };
}

/** Counts, copies and comparisons of such a login agree with each other, and leave out the same. */
async function readHidden(names: readonly string[], es: Elasticsearch, signal: AbortSignal) {
  const grants = await grantsOfUser(es, signal);
  return names.flatMap((name) => {
    const what = hiddenContents(grants, name);
    return what === undefined ? [] : [`${what} of ${name}`];
  });
}

/** The least that the copy works with; each is named when it is missing. */
function requiredPrivileges({ spec, uid }: Situation, source: IndexFacts) {
  const change = [
    'indices:admin/settings/update',
    'indices:admin/aliases',
    'monitor',
    'view_index_metadata',
    'read',
    'maintenance',
  ];
  const write = [
    'index',
    // What has left the source since, or cannot be written any more, is deleted from the copy.
    'delete',
    'create_index',
    'delete_index',
    'indices:data/write/reindex',
    'indices:admin/mapping/put',
  ];
  const block = 'indices:admin/block/add';
  const readPipeline = spec.transform?.pipeline
    ? ['cluster:admin/ingest/pipeline/get', 'cluster:admin/ingest/pipeline/simulate']
    : [];
  const remove = spec.sourceAfter.policy === 'Delete' ? ['delete_index'] : [];
  const keepLocks = ['read', 'index', 'delete', 'create_index', 'view_index_metadata'];
  const alias = ['indices:admin/aliases', 'read'];
  return {
    cluster: ['monitor', 'cluster:admin/tasks/cancel', 'cluster:admin/reindex/rethrottle', ...readPipeline],
    index: [
      { names: [source.name], privileges: [...change, block, ...remove] },
      { names: [spec.destination.index, `${scratchIndex(uid)}-*`], privileges: [...change, ...write, block] },
      ...Object.keys(aliasesToMove(spec, source)).map((name) => ({ names: [name], privileges: alias })),
      // Through which the source is read and blocked, and the destination filled, marked and tuned.
      {
        names: [`${OWN_PREFIX}${uid.slice(0, 8)}-*`],
        privileges: [...change, block, 'index', 'delete', 'indices:admin/mapping/put'],
      },
      ...(spec.dryRun ? [] : [{ names: [LOCK_INDEX], privileges: keepLocks }]),
    ],
  };
}

/** Who may not read pipelines, which a copy without a transform does not need, is not told. */
async function absentPipelines(
  names: readonly string[],
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const absent = async (name: string) => {
    try {
      return isPipelineName(name) && (await getPipeline(es, name, signal)) !== undefined ? [] : [name];
    } catch (error) {
      if (isElasticsearchError(error, 'forbidden')) return [];
      throw error;
    }
  };
  return (await Promise.all(names.map(absent))).flat();
}

/** Some indexes keep sequence numbers but do not index them. */
async function sequenceNumbersSearchable(
  es: Elasticsearch,
  index: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await countDocuments(es, index, { range: { _seq_no: { gte: 0, lte: 0 } } }, signal);
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return false;
  }
}
