import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { shardCountOf, writesBlocked } from './index-facts.ts';
import { contentHash } from '../../runtime/content-hash.ts';
import { pipelinesHash } from './pipeline-rules.ts';
import { planNotes } from './plan-notes.ts';
import type { IndexFacts } from './observed.ts';
import { aliasesToMove, type Situation } from './situation.ts';
import { copyScript, PROGRAM } from './script.ts';
import { ownsBlock } from './write-block.ts';
import { time } from './moments.ts';
import { namesToLock } from './locking.ts';

export function withPlan(situation: Situation, source: IndexFacts): ReindexRequestStatus {
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
      ...(copyScript(spec.transform) ? { program: PROGRAM } : {}),
      ...(spec.transform?.pipeline && facts ? { pipelinesHash: pipelinesHash(facts.pipelines) } : {}),
      ...(notes.length > 0 ? { notes } : {}),
    },
  };
}

/** A dry run works on nothing. */
export function withLockNames({ spec }: Situation, planned: ReindexRequestStatus): ReindexRequestStatus {
  return spec.dryRun ? planned : { ...planned, locks: namesToLock(planned) };
}
