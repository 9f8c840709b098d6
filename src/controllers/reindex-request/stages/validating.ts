import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import { copyScript, scriptFault } from '../script.ts';
import { makerOf, takeTurn } from './pending.ts';
import { creationBody, flatten, markOf } from '../destination.ts';
import { contentHash, epochOf, OWN_PREFIX, scratchIndex } from '../names.ts';
import type { IndexFacts } from '../observed.ts';
import { pipelineFaults } from '../pipeline-rules.ts';
import { preparedMark, sampleRequest } from '../requests.ts';
import { aliasesToMove, isOver, type Situation, writesBlocked } from '../situation.ts';
import { fail, type Step, step, time } from '../step.ts';

const WAIT_MS = 5_000;

/** Everything that can be known before the first effect; each check names what to do about it. */
export function validate(situation: Situation): Step {
  return (
    doneBefore(situation) ??
    waitForOthers(situation) ??
    refuseSource(situation) ??
    refuseDestination(situation) ??
    refuseAliases(situation) ??
    refuseScript(situation) ??
    refusePipeline(situation) ??
    waitForPrivileges(situation) ??
    planOrTry(situation)
  );
}

/** The very work of an earlier request of the same spec is there: GitOps has applied it again. */
function doneBefore(situation: Situation): Step | undefined {
  const mark = markOf(situation.destination?.mappings);
  if (mark?.state !== 'final' || mark.specHash !== situation.specHash || mark.uid === situation.uid)
    return undefined;
  if (!isMoved(situation)) return undefined;
  const message = `${situation.spec.destination.index} was completed by an earlier request of the same spec: nothing to do`;
  return step(situation, {
    phase: 'Completed',
    message,
    percent: 100,
    status: {
      ...situation.status,
      destination: { index: situation.spec.destination.index, uuid: situation.destination?.uuid },
      completionTime: time(situation.now),
    },
    ready: { type: 'ready', reason: 'Completed', message },
    next: 'changed',
    holds: false,
  });
}

/** Final is not yet moved: the source must be gone, be the destination itself, or have nothing left to move. */
function isMoved({ observed, spec, destination }: Situation): boolean {
  const [source] = observed.sources;
  if (!source || source.name === destination?.name) return true;
  const copied = Object.keys(source.aliases).some((alias) => EPOCH_ALIAS.test(alias));
  return !copied && Object.keys(aliasesToMove(spec, source)).length === 0;
}

const EPOCH_ALIAS = /^es-steward-[0-9a-f]{8}-[0-9]+$/;

/** Another request copies the source at this moment; one that fills it is waited for before a turn is taken. */
function waitForOthers(situation: Situation): Step | undefined {
  const { observed, uid } = situation;
  const [source] = observed.sources;
  if (makerOf(situation)) return takeTurn(situation);
  const first = copiesFirst(situation);
  if (first)
    return waiting(
      situation,
      'WaitingForTurn',
      `${first.namespace}/${first.name} copies the same source first`,
    );
  const holder = Object.keys(source?.aliases ?? {}).find(
    (alias) => EPOCH_ALIAS.test(alias) && epochOf(alias, uid) === undefined,
  );
  if (holder)
    return waiting(
      situation,
      'WaitingForTurn',
      `another request copies ${source?.name} (its alias ${holder} is there): waiting until it has ended; if no such request exists any more, remove that alias`,
    );
  return undefined;
}

/** Two that begin together must not fence the same source: the one that has begun goes first, else the older. */
function copiesFirst({ observed, resource, spec }: Situation) {
  const { creationTimestamp: created, uid } = resource.metadata;
  const names = new Set([spec.source.index, ...observed.sources.map(({ name }) => name)]);
  const isOlder = (peer: { readonly created: string; readonly uid: string }) =>
    peer.created < created || (peer.created === created && peer.uid < uid);
  return observed.peers.find(
    (peer) =>
      names.has(peer.source) &&
      !peer.suspended &&
      !isOver(peer.phase) &&
      (peer.phase === 'Validating'
        ? isOlder(peer) && !peer.refused
        : peer.phase !== undefined && peer.phase !== 'Pending'),
  );
}

function refuseSource(situation: Situation): Step | undefined {
  const { observed, spec } = situation;
  const name = spec.source.index;
  const [source, ...others] = observed.sources;
  const refuse = (message: string) => fail(situation, 'PreflightFailed', message);
  if (!source)
    return refuse(
      `index ${name} does not exist on connection ${observed.connection}: create it or correct spec.source.index, then retry`,
    );
  if (others.length > 0) return refuse(`${name} is an alias of ${others.length + 1} indexes: name one index`);
  if (source.dataStream)
    return refuse(
      `${source.name} is a backing index of the data stream ${source.dataStream}: data streams cannot be copied this way`,
    );
  if (source.closed) return refuse(`index ${source.name} is closed: open it, then retry`);
  if (observed.protects(source.name))
    return refuse(
      `index ${source.name} is protected by connection ${observed.connection}: its protectedIndices or --protected-indices name it`,
    );
  if (source.name === spec.destination.index)
    return refuse(`source and destination are both ${source.name}: a copy needs an index of its own`);
  if (!keepsSource(source))
    return refuse(
      `index ${source.name} does not keep the whole _source of its documents: they cannot be copied`,
    );
  return undefined;
}

/** `_source` disabled, or with fields left out, has no whole documents to copy. */
function keepsSource({ mappings }: IndexFacts): boolean {
  const rules = (mappings as { _source?: { enabled?: unknown; includes?: unknown; excludes?: unknown } })
    ._source;
  return (
    rules === undefined ||
    (rules.enabled !== false && !hasEntries(rules.includes) && !hasEntries(rules.excludes))
  );
}

function hasEntries(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function refuseDestination(situation: Situation): Step | undefined {
  const { destination, spec, observed, mark } = situation;
  const name = spec.destination.index;
  if (observed.protects(name))
    return fail(
      situation,
      'PreflightFailed',
      `index ${name} is protected by connection ${observed.connection}: choose another destination`,
    );
  if (name.startsWith(OWN_PREFIX))
    return fail(
      situation,
      'PreflightFailed',
      `names that start with ${OWN_PREFIX} are the operator's own: choose another destination`,
    );
  if (!destination || mark || isAbandoned(situation)) return undefined;
  const kind = destination.name === name ? 'an index' : `an alias of ${destination.name}`;
  return fail(
    situation,
    'ForeignDestination',
    `${name} exists already as ${kind} that this request has not made; it was not touched: delete it, then retry, or choose another name`,
  );
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
    return fail(
      situation,
      'PreflightFailed',
      `${source.name} has more aliases, or larger ones, than can move at once (${MOST_ALIASES} aliases, ${MOST_ALIAS_BYTES} characters): move Listed aliases`,
    );
  const missing = (spec.aliases?.names ?? []).filter((name) => !(name in source.aliases));
  if (missing.length > 0)
    return fail(
      situation,
      'AliasConflict',
      `${source.name} has no alias ${missing.join(', ')}: correct spec.aliases.names`,
    );
  const guarded = Object.keys(aliasesToMove(spec, source)).filter((alias) => observed.protects(alias));
  if (guarded.length > 0)
    return fail(
      situation,
      'PreflightFailed',
      `alias ${guarded.join(', ')} is protected by connection ${observed.connection}: move Listed aliases only`,
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
    return fail(
      situation,
      'PreflightFailed',
      'spec.source.query reads another index: only the documents themselves may decide',
    );
  const blocks = Object.keys(flatten(spec.destination.settings ?? {})).filter((key) =>
    key.startsWith('index.blocks.'),
  );
  if (blocks.length > 0)
    return fail(
      situation,
      'PreflightFailed',
      `spec.destination.settings sets ${blocks.join(', ')}: such an index cannot be filled`,
    );
  return undefined;
}

/** A lookup (terms, indexed shapes, more_like_this, percolate) names an index beside an id. */
function namesAnIndex(query: unknown): boolean {
  if (query === null || typeof query !== 'object') return false;
  const keys = new Set(Object.keys(query));
  const looksUp = (keys.has('index') || keys.has('_index')) && (keys.has('id') || keys.has('_id'));
  return looksUp || Object.values(query).some(namesAnIndex);
}

function refusePipeline(situation: Situation): Step | undefined {
  const name = situation.spec.transform?.pipeline;
  if (!name) return undefined;
  const faults = pipelineFaults(name, situation.observed.preflight?.pipelines ?? {});
  return faults.length > 0 ? fail(situation, 'PreflightFailed', faults.join('; ')) : undefined;
}

function waitForPrivileges(situation: Situation): Step | undefined {
  const missing = situation.observed.preflight?.missingPrivileges ?? [];
  if (missing.length === 0) return undefined;
  return waiting(
    situation,
    'PreflightFailed',
    `the user of connection ${situation.observed.connection} lacks ${missing.join(', ')}: extend its role`,
  );
}

function waiting(situation: Situation, reason: string, message: string): Step {
  return step(situation, {
    phase: 'Validating',
    message,
    ready: { type: 'reconciling', reason, message },
    next: WAIT_MS,
    holds: false,
  });
}

/** First the plan into status, then the trial on real documents, which moves the phase on. */
function planOrTry(situation: Situation): Step {
  const { status, mark, observed } = situation;
  const [source] = observed.sources;
  if (!source || !observed.preflight)
    return waiting(situation, 'InProgress', 'waiting for the facts of the source');
  const planned = status.plan ? status : withPlan(situation, source);
  const message = `trying settings, mappings and script on documents of ${source.name}`;
  if (!status.plan)
    return step(situation, { phase: 'Validating', message, status: planned, next: 'now', holds: false });
  if (mark)
    return step(situation, { phase: 'Preparing', message: `going on with ${mark.sourceIndex}`, next: 'now' });
  const scratch = scratchIndex(situation.uid);
  const body = creationBody(situation.spec.destination, source, preparedMark(situation, source));
  return step(situation, {
    phase: 'Validating',
    message,
    actions: [
      {
        type: 'TryOut',
        scratch,
        body,
        reindex: sampleRequest(situation.spec, source.name, scratch, copyScript(situation.spec.transform)),
      },
    ],
  });
}

function withPlan(situation: Situation, source: IndexFacts): ReindexRequestStatus {
  const { spec, status, mark, specHash, now, uid, observed } = situation;
  const aliases = Object.entries(aliasesToMove(spec, source)).map(([name, definition]) => ({
    name,
    definition,
  }));
  const facts = observed.preflight;
  return {
    ...status,
    attempt: situation.attempt,
    epoch: situation.epoch,
    source: { index: source.name, uuid: source.uuid, documents: facts?.documents, bytes: facts?.bytes },
    destination: { index: spec.destination.index },
    plan: {
      hash: contentHash({ uid, specHash, source: source.uuid, aliases }).slice(0, 16),
      specHash,
      sourceUuid: source.uuid,
      aliases,
      blockedBefore: mark?.attempt === situation.attempt ? mark.blockedBefore : writesBlocked(source),
      sequenceNumbers: facts?.sequenceNumbersSearchable ?? false,
      createdTime: time(now),
      shards: Number(flatten(source.settings)['index.number_of_shards'] ?? 1),
    },
  };
}
