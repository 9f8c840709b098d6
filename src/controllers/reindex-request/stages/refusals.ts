import { keepsWholeSource } from '../../whole-source.ts';
import { changesIds, flatten } from '../../index-settings.ts';
import { refuseIds } from './unfit-destination.ts';
import { ownSettings } from '../destination.ts';
import { markOf } from '../destination-mark.ts';
import { errorIndex } from '../error-index.ts';
import { isBlocked, shardCountOf } from '../index-facts.ts';
import { OWN_PREFIX } from '../names.ts';
import { pipelineFaults } from '../pipeline-rules.ts';
import { clockFault, type QueryFault } from '../query-clocks.ts';
import { nowFault } from '../query-time.ts';
import { scriptFault } from '../script.ts';
import type { IndexFacts } from '../observed.ts';
import { aliasesToMove, isOfAnotherSource, type Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';
import { refuseForeign } from './foreign-destination.ts';

/** What can never go well, or must not: said before anything is done, with what to do about it. */
export function refuseWork(situation: Situation): Step | undefined {
  return (
    refuseSource(situation) ??
    refuseDestination(situation) ??
    refuseAliases(situation) ??
    refuseScript(situation) ??
    refusePipeline(situation) ??
    refuseServingPipelines(situation)
  );
}

/** A person has to mend it before this can begin. */
function refuse(situation: Situation, message: string): Step {
  return fail(situation, 'PreflightFailed', message);
}

function refuseSource(situation: Situation): Step | undefined {
  const { observed, spec } = situation;
  const name = spec.source.index;
  const [source, ...others] = observed.sources;
  if (!source)
    return refuse(
      situation,
      `index ${name} does not exist on connection ${observed.connection}: create it, then retry, or name another index in a new request`,
    );
  if (others.length > 0)
    return refuse(
      situation,
      `${name} is an alias of ${others.length + 1} indexes: name one index in a new request`,
    );
  // A block on the index of the locks would keep every other request waiting.
  if (source.name.startsWith(OWN_PREFIX))
    return refuse(
      situation,
      `index ${source.name} belongs to the operator, as all names that start with ${OWN_PREFIX}: name another index in a new request`,
    );
  if (source.dataStream)
    return refuse(
      situation,
      `${source.name} is a backing index of the data stream ${source.dataStream}: data streams cannot be copied, so name another index in a new request`,
    );
  if (source.closed) return refuse(situation, `index ${source.name} is closed: open it, then retry`);
  if (isBlocked(source, 'read_only'))
    return refuse(
      situation,
      `index ${source.name} is read-only (index.blocks.read_only), so the copy cannot add its alias: use index.blocks.write instead, then retry`,
    );
  if (isBlocked(source, 'read'))
    return refuse(
      situation,
      `index ${source.name} cannot be read (index.blocks.read), so it cannot be copied: set index.blocks.read to null, then retry`,
    );
  if (observed.protects(source.name))
    return refuse(
      situation,
      `index ${source.name} is protected by connection ${observed.connection}: its protectedIndices or --protected-indices name it; remove it there and retry, or copy another index in a new request`,
    );
  const half = unfinished(source);
  if (half) return refuse(situation, half);
  if (source.name === spec.destination.index)
    return refuse(
      situation,
      `source and destination are both ${source.name}: name another destination in a new request`,
    );
  if (!keepsWholeSource(source))
    return refuse(
      situation,
      `index ${source.name} does not keep the whole _source of its documents, so they cannot be copied: name another index in a new request`,
    );
  const tooFew = tooFewSlices(source);
  return tooFew === undefined ? undefined : refuse(situation, tooFew);
}

/** What Elasticsearch allows where nothing is said. */
const SLICES = 1024;

/** Of several shards each is read as a slice, whatever the parts of the copy are. */
function tooFewSlices(source: IndexFacts): string | undefined {
  const shards = shardCountOf(source);
  const most = Number(flatten(source.settings)['index.max_slices_per_scroll'] ?? SLICES);
  if (shards <= most) return undefined;
  return `index.max_slices_per_scroll of ${source.name} is ${most}, but each of its ${shards} shards is read as a slice: PUT /${source.name}/_settings {"index.max_slices_per_scroll": ${shards}}, then retry`;
}

/** Whoever is at work on it was waited for: nobody completes it any more. */
function unfinished({ name, mappings }: IndexFacts): string | undefined {
  const mark = markOf(mappings);
  if (mark?.state !== 'copying') return undefined;
  return `index ${name} is an unfinished copy of ${mark.sourceIndex}: wait until the request that makes it is complete, then retry; if it is complete all the same, remove es-steward from _meta of its mapping, then retry`;
}

function refuseDestination(situation: Situation): Step | undefined {
  const { destination, spec, observed, mark } = situation;
  const name = spec.destination.index;
  const [source] = observed.sources;
  const own = source && ownSettings(spec.destination, source);
  if (own && changesIds(source.settings, own)) return refuseIds(situation, own);
  if (observed.protects(name))
    return refuse(
      situation,
      `index ${name} is protected by connection ${observed.connection}: choose another destination in a new request`,
    );
  if (name.startsWith(OWN_PREFIX))
    return refuse(
      situation,
      `names that start with ${OWN_PREFIX} are reserved for the operator: choose another destination in a new request`,
    );
  if (bytes(errorIndex(name)) > MOST_NAME_BYTES)
    return refuse(
      situation,
      `the name of the destination is too long: ${errorIndex(name)}, for documents that cannot be written, would have more than the ${MOST_NAME_BYTES} bytes that Elasticsearch allows; choose a name of at most ${MOST_NAME_BYTES - bytes(errorIndex(''))} bytes in a new request`,
    );
  if (destination && source && isOfAnotherSource(mark, source))
    return fail(
      situation,
      'SourceChanged',
      `${destination.name} is a complete copy of an earlier index ${source.name}, and no alias has moved to it; it was kept: delete it if nobody needs it, then retry`,
    );
  if (!destination || mark || isAbandoned(situation)) return undefined;
  const kind = destination.name === name ? 'an index' : `an alias of ${destination.name}`;
  return refuseForeign(situation, destination, `exists already as ${kind} that this request has not created`);
}

const MOST_NAME_BYTES = 255;

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** A half copy of the same source whose request is gone: marked as ours, not final, behind no alias. */
export function isAbandoned({ destination, observed, spec }: Situation): boolean {
  const mark = markOf(destination?.mappings);
  if (!destination || !mark || mark.state !== 'copying' || destination.name !== spec.destination.index)
    return false;
  const owned = observed.owners.has(mark.uid);
  const [source] = observed.sources;
  return !owned && mark.sourceUuid === source?.uuid && Object.keys(destination.aliases).length === 0;
}

/** What a status can hold: the plan carries every alias with its whole definition. */
const MOST_ALIASES = 100;
const MOST_ALIAS_BYTES = 10_000;

function refuseAliases(situation: Situation): Step | undefined {
  const { spec, observed } = situation;
  const [source] = observed.sources;
  if (!source) return undefined;
  const moved = aliasesToMove(spec, source);
  if (Object.keys(moved).length > MOST_ALIASES || JSON.stringify(moved).length > MOST_ALIAS_BYTES)
    return refuse(
      situation,
      `${source.name} has more aliases, or larger ones, than can move at once (${MOST_ALIASES} aliases, ${MOST_ALIAS_BYTES} characters): use aliases.move: Listed in a new request`,
    );
  const missing = (spec.aliases?.names ?? []).filter((name) => !(name in source.aliases));
  if (missing.length > 0)
    return fail(
      situation,
      'AliasConflict',
      `${source.name} has no alias ${missing.join(', ')}: add it, then retry, or correct spec.aliases.names in a new request`,
    );
  const guarded = Object.keys(aliasesToMove(spec, source)).filter((alias) => observed.protects(alias));
  if (guarded.length > 0)
    return refuse(
      situation,
      `alias ${guarded.join(', ')} is protected by connection ${observed.connection}: list the other aliases with aliases.move: Listed in a new request`,
    );
  return undefined;
}

/** What could leave the place that the plan gives it, or read what was not granted. */
function refuseScript(situation: Situation): Step | undefined {
  const { spec } = situation;
  const fault = scriptFault(spec.transform?.script?.source ?? '');
  if (fault)
    return fail(
      situation,
      'ScriptFailed',
      `the script ${fault}: correct spec.transform.script in a new request`,
    );
  if (namesAnIndex(spec.source.query))
    return refuse(
      situation,
      'spec.source.query reads another index, which is not allowed: put the values into the query in a new request',
    );
  const changing = changingQuery(situation);
  if (changing)
    return refuse(
      situation,
      `spec.source.query ${changing.what}, so that each part of the copy and its proof could choose other documents: ${changing.cure} in a new request`,
    );
  const blocks = Object.keys(flatten(spec.destination.settings ?? {})).filter((key) =>
    key.startsWith('index.blocks.'),
  );
  if (blocks.length > 0)
    return refuse(
      situation,
      `spec.destination.settings sets ${blocks.join(', ')}, so the destination could not be filled: remove it in a new request`,
    );
  return undefined;
}

function changingQuery({ spec, observed }: Situation): QueryFault | undefined {
  const { query } = spec.source;
  const { mappings } = observed.sources[0] ?? {};
  const now = nowFault(query, mappings);
  return now === undefined ? clockFault(query, mappings) : { what: now, cure: 'write the date' };
}

/** A lookup (terms, indexed shapes, more_like_this, percolate) names an index beside an id. */
function namesAnIndex(query: unknown): boolean {
  if (query === null || typeof query !== 'object') return false;
  const keys = new Set(Object.keys(query));
  const looksUp =
    // Its index is `shapes` where none is named.
    keys.has('indexed_shape') ||
    ((keys.has('index') || keys.has('_index')) && (keys.has('id') || keys.has('_id')));
  return looksUp || Object.values(query).some(namesAnIndex);
}

function refusePipeline(situation: Situation): Step | undefined {
  const name = situation.spec.transform?.pipeline;
  const { pipelines = {}, missingPrivileges = [] } = situation.observed.preflight ?? {};
  // They are not read then; the privileges are waited for first.
  if (!name || missingPrivileges.length > 0) return undefined;
  const faults = pipelineFaults(name, pipelines);
  return faults.length > 0 ? refuse(situation, faults.join('; ')) : undefined;
}

/** Whatever users write would be refused once the aliases have moved. */
function refuseServingPipelines(situation: Situation): Step | undefined {
  const { absentPipelines = [] } = situation.observed.preflight ?? {};
  if (absentPipelines.length === 0) return undefined;
  return refuse(
    situation,
    `ingest pipeline ${absentPipelines.join(', ')}, which spec.destination.settings names, does not exist, so that every write would be refused once the aliases have moved: create it and retry, or correct the settings in a new request`,
  );
}
