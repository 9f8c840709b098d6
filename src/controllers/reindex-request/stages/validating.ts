import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import type { MovedAlias, ReindexAction } from '../actions.ts';
import { copyScript } from '../script.ts';
import { hold } from './holding.ts';
import { waitInLine } from './pending.ts';
import { anyDocument, creationBody } from '../destination.ts';
import { markOf } from '../destination-mark.ts';
import { diskShortage } from '../disk-space.ts';
import { shardCountOf, writesBlocked } from '../index-facts.ts';
import { contentHash } from '../../../runtime/content-hash.ts';
import { planNotes } from '../plan-notes.ts';
import { neighbourFault } from '../query-neighbours.ts';
import { isEpochAlias } from '../names.ts';
import type { IndexFacts } from '../observed.ts';
import { preparedMark, sampleRequest } from '../requests.ts';
import { aliasesToMove, type Situation } from '../situation.ts';
import { ownsBlock } from '../write-block.ts';
import { time } from '../moments.ts';
import { fail, type Step, step } from '../step.ts';
import { namesToLock } from '../locking.ts';
import { trialBody } from '../trial-body.ts';
import { whoGoesFirst } from '../turn.ts';
import { passOver } from './passing-over.ts';
import { planned } from './planned.ts';
import { refuseWork } from './refusals.ts';

const WAIT_MS = 5_000;

/** The last round looks for departures shard by shard, each time through all of them, while writers wait. */
const MOST_SHARDS_ONLINE = 128;

/** Everything that can be known before the first effect; each check names what to do about it. */
export function validate(situation: Situation): Step {
  return (
    doneBefore(situation) ??
    outOfTurn(situation) ??
    passOver(situation) ??
    refuseWork(situation) ??
    waitForPrivileges(situation) ??
    waitForWholeView(situation) ??
    refuseOnline(situation) ??
    refuseLevel(situation) ??
    waitForDisk(situation) ??
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
  const copied = Object.keys(source.aliases).some(isEpochAlias);
  return !copied && Object.keys(aliasesToMove(spec, source)).length === 0;
}

/** Somebody was quicker, or nobody saw the other in time; nothing has been done. */
function outOfTurn(situation: Situation): Step | undefined {
  const first = whoGoesFirst(situation);
  return first && waitInLine(situation, first);
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

/** What a login does not see is missing from the copy, and from the counts that are to prove it. */
function waitForWholeView(situation: Situation): Step | undefined {
  const hidden = situation.observed.preflight?.hidden ?? [];
  if (hidden.length === 0) return undefined;
  return waiting(
    situation,
    'PreflightFailed',
    `a role hides some ${hidden.join(' and ')} from the user of connection ${situation.observed.connection}, by query or field_security: they would be missing from the copy without a word; give it a role without these for both indexes`,
  );
}

/** What was written during the copy is told by sequence numbers alone. */
function refuseOnline(situation: Situation): Step | undefined {
  const { observed, spec } = situation;
  const [source] = observed.sources;
  if (spec.writeMode !== 'Online' || !source) return undefined;
  const refuse = (what: string) =>
    fail(situation, 'PreflightFailed', `${what}: use writeMode: BlockFirst in a new request`);
  if (observed.preflight?.sequenceNumbersSearchable === false)
    return refuse(
      `the sequence numbers of ${source.name} cannot be searched, so that changes during the copy would be lost`,
    );
  if (shardCountOf(source) > MOST_SHARDS_ONLINE)
    return refuse(`${source.name} has more than ${MOST_SHARDS_ONLINE} shards, too many for a copy in rounds`);
  const neighbours = neighbourFault(spec.source.query);
  if (neighbours)
    return refuse(
      `spec.source.query ${neighbours}, so that a document could come into the copy, or leave it, without being written`,
    );
  return undefined;
}

/** What is compared is told by sequence numbers: not after the whole copy, when writers have waited for it. */
function refuseLevel(situation: Situation): Step | undefined {
  const { observed, spec } = situation;
  const { level } = spec.verification;
  if (level === 'Counts' || spec.writeMode === 'CopyOnly') return undefined;
  if (observed.preflight?.sequenceNumbersSearchable !== false) return undefined;
  return fail(
    situation,
    'PreflightFailed',
    `the sequence numbers of ${observed.sources[0]?.name} cannot be searched, so that nothing can be compared document by document: use verification.level: Counts in a new request`,
  );
}

/** Before anything is made. What was begun holds its space already. */
function waitForDisk(situation: Situation): Step | undefined {
  const { observed, spec, mark } = situation;
  const [source] = observed.sources;
  if (!source || !observed.preflight || mark) return undefined;
  const shortage = diskShortage(spec, source, observed.preflight);
  return shortage === undefined ? undefined : waiting(situation, 'DiskFull', shortage);
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
  const { status, mark, observed, spec } = situation;
  const [source] = observed.sources;
  if (!source || !observed.preflight)
    return waiting(situation, 'InProgress', 'waiting for the facts of the source');
  const message = `trying settings, mappings and script on documents of ${source.name}`;
  if (!status.plan)
    return step(situation, {
      phase: 'Validating',
      message,
      status: withLockNames(situation, withPlan(situation, source)),
      next: 'now',
      holds: false,
    });
  if (spec.dryRun && status.plan.tried) return planned(situation);
  const holding = hold(situation);
  if (holding) return holding;
  if (mark)
    return step(situation, { phase: 'Preparing', message: `going on with ${mark.sourceIndex}`, next: 'now' });
  return step(situation, { phase: 'Validating', message, actions: [trial(situation, source)] });
}

function trial(situation: Situation, source: IndexFacts): ReindexAction {
  const { spec } = situation;
  const made = preparedMark(situation, source);
  const like = likeDestination(situation, source);
  const body = like ? trialBody(creationBody(like.spec, like.facts, made)) : anyDocument(made);
  const reindex = sampleRequest(spec, source.name, copyScript(spec.transform));
  const aliases = like ? filteredAliases(situation, source) : [];
  const trying = { type: 'TryOut', body, reindex, aliases } as const;
  const { pipeline, ...before } = spec.transform ?? {};
  if (pipeline === undefined) return trying;
  const simulation = {
    pipeline,
    body: anyDocument(made),
    reindex: sampleRequest({ ...spec, transform: before }, source.name, copyScript(before)),
  };
  return { ...trying, simulation };
}

/** The rest of a definition fits any index. */
function filteredAliases({ spec }: Situation, source: IndexFacts): readonly MovedAlias[] {
  return Object.entries(aliasesToMove(spec, source)).flatMap(([name, definition]) =>
    definition['filter'] === undefined ? [] : [{ name, definition }],
  );
}

/**
 * No index template fits the name of the trial: what they give the destination is laid below. Undefined where it is not
 * known: then mappings are not judged, rather than by what they are not.
 */
function likeDestination({ spec, observed }: Situation, source: IndexFacts) {
  const { destination } = spec;
  const facts = observed.preflight?.template;
  if (facts) return { spec: { ...destination, createFrom: 'Source' } as const, facts };
  return destination.createFrom === 'Template' ? undefined : { spec: destination, facts: source };
}

/** A dry run works on nothing. */
function withLockNames({ spec }: Situation, planned: ReindexRequestStatus): ReindexRequestStatus {
  return spec.dryRun ? planned : { ...planned, locks: namesToLock(planned) };
}

function withPlan(situation: Situation, source: IndexFacts): ReindexRequestStatus {
  const { spec, status, specHash, now, uid, observed } = situation;
  // A block of ours that only the mark tells of: the destination, and the mark with it, is made anew.
  const blocks = ownsBlock(situation);
  const aliases = Object.entries(aliasesToMove(spec, source)).map(([name, definition]) => ({
    name,
    definition,
  }));
  const facts = observed.preflight;
  const notes = planNotes(spec, source, facts);
  return {
    ...status,
    attempt: situation.attempt,
    epoch: situation.epoch,
    ...(blocks ? { blockedSince: status.blockedSince ?? time(now) } : {}),
    source: { index: source.name, uuid: source.uuid, documents: facts?.documents, bytes: facts?.bytes },
    destination: { index: spec.destination.index },
    plan: {
      hash: contentHash({ uid, specHash, source: source.uuid, aliases }).slice(0, 16),
      specHash,
      sourceUuid: source.uuid,
      aliases,
      blockedBefore: writesBlocked(source) && !blocks,
      sequenceNumbers: facts?.sequenceNumbersSearchable ?? false,
      createdTime: time(now),
      shards: shardCountOf(source),
      ...(notes.length > 0 ? { notes } : {}),
    },
  };
}
