import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import { cancelStrays } from '../changes.ts';
import type { CutoverMaxSeq } from '../destination-mark.ts';
import { isBlockFirst, type Prepared, type Situation } from '../situation.ts';
import { documentsText } from '../failures.ts';
import { time } from '../moments.ts';
import { AT_ONCE_MS, fail, type Step, step } from '../step.ts';
import { withQuarantined } from '../progress.ts';
import { withoutRound } from '../rounds.ts';
import { isDividedAlike } from '../shard-layout.ts';
import { brokenFence } from './broken-fence.ts';
import { bothReached, finishAtOnce } from './cutting-over.ts';
import { beginToLift } from './lifting.ts';

/**
 * The proof. The destination was created empty by us, only our ranges wrote into it, each is final, and what was
 * deleted meanwhile is deleted there: equal counts then are equal sets of documents. A difference never leads to a
 * cut-over.
 */
export function verify(situation: Prepared): Step {
  const { status, source, destination, observed } = situation;
  const options = {
    phase: isBlockFirst(situation) ? 'Verifying' : 'Reconciling',
    message: 'counting documents of both indexes',
    percent: 97,
  } as const;
  const broken = brokenFence(situation);
  if (broken) return broken;
  const strays = cancelStrays(situation);
  if (strays) return step(situation, { ...options, actions: strays, next: AT_ONCE_MS });
  if (!status.verification?.refreshed)
    return step(situation, {
      ...options,
      actions: [{ type: 'RefreshBoth', source: source.name, destination: destination.name }],
    });
  if (observed.bad === 'lost' && status.copy)
    return step(situation, {
      ...options,
      status: { ...status, copy: withoutRound(status.copy) },
      next: 'now',
    });
  const proven = bothReached(situation);
  if (!observed.counts || !proven) return step(situation, { ...options, next: AT_ONCE_MS });
  return judge(situation, observed.counts, proven);
}

interface Figures {
  readonly source: number;
  readonly destination: number;
}

/** @param proven how far both were right before they were counted. */
function judge(situation: Prepared, counts: Figures, proven: CutoverMaxSeq): Step {
  const { status, spec, observed } = situation;
  const quarantined = typeof observed.bad === 'number' ? observed.bad : 0;
  const bounds = expected(situation, counts.source - quarantined);
  const { most, fewest } = bounds;
  const verification = {
    ...status.verification,
    refreshed: true,
    sourceDocuments: counts.source,
    destinationDocuments: counts.destination,
    expected: most,
  };
  const figures = `Old Docs: ${counts.source} New Docs: ${counts.destination}`;
  if (counts.destination > most || counts.destination < fewest)
    return differ(situation, counts, { ...verification, verdict: `Different: ${figures}` }, bounds);
  const { actions, status: known } = finishAtOnce(situation, proven);
  return step(situation, {
    phase: 'CuttingOver',
    message: `verified: ${figures}${quarantined > 0 ? `, ${quarantined} in quarantine` : ''}`,
    percent: 98,
    actions: actions ?? [],
    status: {
      ...status,
      ...known,
      // From here on nothing that was begun before may still come true: the move belongs to an epoch of its own.
      epoch: situation.epoch + 1,
      intent: { type: 'CutOver', time: time(situation.now) },
      verification: { ...verification, verdict: verdictOf(figures, bounds, quarantined) },
      destination: { ...status.destination, index: spec.destination.index, documents: counts.destination },
    },
    progress: {
      ...withQuarantined(status.progress, figures, quarantined),
      total: counts.source,
      completed: counts.destination,
    },
    next: 'now',
  });
}

interface Bounds {
  readonly most: number;
  readonly fewest: number;
}

/** Counts between bounds are not equal, and do not say so. */
function verdictOf(figures: string, { most, fewest }: Bounds, quarantined: number): string {
  return most === fewest
    ? `Equal${quarantined > 0 ? ` but for ${quarantined} in quarantine` : ''}: ${figures}`
    : `Within bounds: ${figures}, of which the script left out up to ${most - fewest}`;
}

/** A document that the script leaves out is missing by intention, and may have been left out in more than one round. */
function expected({ status }: Situation, documents: number): Bounds {
  const { noops = 0, deleted = 0 } = status.copy?.sums ?? {};
  const left = noops + deleted;
  // What is looked up and copied again is left out again.
  return (status.copy?.round ?? 0) === 0 && !status.verification?.recount
    ? { most: documents - left, fewest: documents - left }
    : { most: documents, fewest: Math.max(0, documents - left) };
}

/** Once, every document is looked up, outside of the block where writers are waiting; then a difference is a failure. */
function differ(
  situation: Prepared,
  counts: Figures,
  verification: NonNullable<ReindexRequestStatus['verification']>,
  { most, fewest }: Bounds,
): Step {
  const { status, spec } = situation;
  const wanted = most === fewest ? `${most}` : `${fewest} to ${most}`;
  if (!status.verification?.recount && status.plan?.sequenceNumbers && status.copy?.pit !== undefined) {
    const { verdict: _verdict, ...rest } = verification;
    const looked = {
      verification: { ...rest, refreshed: false, recount: true },
      copy: { ...status.copy, sweep: true },
    };
    if (!isBlockFirst(situation))
      return beginToLift(situation, 'the counts differ and every document has to be looked up', looked);
    return step(situation, {
      phase: 'Copying',
      message: 'the counts differ: every document is looked up',
      status: { ...status, ...looked },
      next: 'now',
    });
  }
  return fail(
    situation,
    'VerificationFailed',
    `${spec.destination.index} has ${documentsText(counts.destination)} where ${wanted} are expected; no alias was moved and the source is as it was: ${cureOf(situation, counts, most)}`,
    { verification },
  );
}

/** Another try would end alike where one of two documents takes the place of the other. */
function cureOf({ status, source, destination }: Prepared, counts: Figures, most: number): string {
  const mayMerge = counts.destination < most && !isDividedAlike(source.settings, destination.settings);
  return mayMerge
    ? `if ${status.source?.index} holds an id under several routings, an index with other shards may keep only one of them: then use the same number of shards in a new request; otherwise a retry copies everything again`
    : 'a retry copies everything again';
}
