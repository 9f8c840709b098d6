import type { Situation } from '../situation.ts';
import { fail, SOON_MS, type Step, step } from '../step.ts';

/**
 * The proof. The destination was created empty by us and only our ranges wrote into it, each final because the source
 * was fenced: equal counts then are equal sets of documents. A difference never leads to a cut-over.
 */
export function verify(situation: Situation): Step {
  const { status, spec, observed } = situation;
  const options = { phase: 'Verifying', message: 'counting documents of both indexes', percent: 97 } as const;
  const broken = brokenFence(situation);
  if (broken) return broken;
  const strays = observed.tasks.running;
  if (!observed.tasks.complete || strays.length > 0)
    return step(situation, {
      ...options,
      actions: strays.map(({ id }) => ({ type: 'CancelTask', task: id })),
      next: SOON_MS,
    });
  if (!status.verification?.refreshed)
    return step(situation, {
      ...options,
      actions: [
        { type: 'RefreshBoth', source: status.source?.index ?? '', destination: spec.destination.index },
      ],
    });
  return judge(situation);
}

function judge(situation: Situation): Step {
  const { status, spec, observed } = situation;
  const { counts } = observed;
  if (!counts)
    return step(situation, {
      phase: 'Verifying',
      message: 'counting documents of both indexes',
      next: SOON_MS,
    });
  const left = (status.copy?.sums.noops ?? 0) + (status.copy?.sums.deleted ?? 0);
  const expected = counts.source - left;
  const verification = {
    refreshed: true,
    sourceDocuments: counts.source,
    destinationDocuments: counts.destination,
    expected,
  };
  const figures = `Old Docs: ${counts.source} New Docs: ${counts.destination}`;
  if (counts.destination !== expected)
    return fail(
      situation,
      'VerificationFailed',
      `${spec.destination.index} has ${counts.destination} documents where ${expected} are expected; no alias was moved and the source is as it was: retry copies anew`,
      { verification: { ...verification, verdict: `Different: ${figures}` } },
    );
  return step(situation, {
    phase: 'CuttingOver',
    message: `verified: ${figures}`,
    percent: 98,
    status: {
      ...status,
      verification: { ...verification, verdict: `Equal: ${figures}` },
      destination: { ...status.destination, index: spec.destination.index, documents: counts.destination },
    },
    progress: { ...status.progress, message: figures },
    next: 'now',
  });
}

/** The proof holds only while nobody has written: our block is there and no shard has moved past F. */
export function brokenFence(situation: Situation): Step | undefined {
  const { blocked, status, observed, source } = situation;
  const planned = status.copy?.shards ?? [];
  const moved = (observed.shards ?? []).find(
    ({ shard, maxSeqNo }) => planned.find((plan) => plan.shard === shard)?.maxSeqNo !== maxSeqNo,
  );
  if (blocked && !moved) return undefined;
  const what = blocked
    ? `shard ${moved?.shard} of ${source?.name} has taken writes`
    : `the write block on ${source?.name} was lifted by somebody else`;
  return fail(situation, 'SourceChanged', `${what} during the copy; no alias was moved: retry copies anew`);
}
