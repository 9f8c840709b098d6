import type { ReindexRequest } from '../crds/reindex-request.ts';
import { isConditionTrue } from '../crds/shared.ts';
import { durationSeconds, epochSeconds, single, state, trueCondition } from './status-series.ts';
import type { StatusSeries } from './status-series.ts';

type Series = StatusSeries<ReindexRequest>;
type Status = NonNullable<ReindexRequest['status']>;

const figure = (name: string, help: string, read: (status: Status) => number | undefined): Series =>
  single(`es_steward_reindex_${name}`, help, ({ status = {} }) => read(status));

/** What a ReindexRequest tells. */
export const reindexSeries: readonly Series[] = [
  state(
    'es_steward_reindex_phase',
    'phase',
    '1 for the phase that a request is in.',
    ({ status }) => status?.phase,
  ),
  figure('progress_ratio', 'How far a request is, from 0 to 1: 1 only after its proof.', ({ progress }) =>
    progress === undefined ? undefined : progress.percent / 100,
  ),
  figure('documents', 'Documents that a request has to copy.', ({ progress }) => progress?.total),
  figure(
    'copied_documents',
    'Documents that are copied, with those that later rounds add; once the proof has counted them, those of the destination.',
    ({ progress }) => progress?.completed,
  ),
  figure(
    'documents_per_second',
    'The present speed of a copy; absent while nothing is copied.',
    ({ progress }) => progress?.documentsPerSecond,
  ),
  figure('eta_timestamp_seconds', 'When a copy will be complete, as it is estimated now.', ({ progress }) =>
    epochSeconds(progress?.eta),
  ),
  figure(
    'version_conflicts',
    'Documents that changed while they were copied; a later round copies them.',
    ({ progress }) => progress?.versionConflicts,
  ),
  figure(
    'quarantined_documents',
    'Documents that could not be written to the destination.',
    ({ progress }) => progress?.quarantined,
  ),
  figure('range_retries', 'Parts of the copy that had to be begun again.', ({ copy }) => copy?.retries),
  figure(
    'catch_up_rounds',
    'Rounds that copied what was written meanwhile.',
    ({ catchUpRounds }) => catchUpRounds,
  ),
  figure('series_indices', 'Indexes of a request for a series.', ({ series }) => series?.total),
  figure('series_completed_indices', 'Indexes of a series that are done.', ({ series }) => series?.completed),
  {
    name: 'es_steward_reindex_writes_blocked_since_timestamp_seconds',
    help: 'Since when a request blocks writes to its source, by reason: `CutOver`, `BlockFirst` or `RollbackWindow`; absent while it does not.',
    labels: ['reason'],
    read: ({ status }) => {
      const blocked = trueCondition(status, 'WritesBlocked');
      return [[epochSeconds(blocked?.lastTransitionTime), blocked?.reason ?? '']];
    },
  },
  figure(
    'write_block_deadline_timestamp_seconds',
    'When the block is lifted at the latest, done or not; absent without a block, or with one that has no such time.',
    ({ fence, rollback }) => epochSeconds(fence?.deadline ?? rollback?.deadline),
  ),
  figure(
    'write_block_attempts',
    'How often the block had to be lifted before the aliases could move.',
    ({ fenceTries }) => fenceTries,
  ),
  figure('write_outage_seconds', 'How long a copy that is complete had blocked writes.', ({ writeOutage }) =>
    durationSeconds(writeOutage),
  ),
  figure(
    'writes_after_fence',
    'Operations in the source that the destination lacks, because somebody lifted the block.',
    (status) => status.writesAfterFence,
  ),
  figure('rollback_until_timestamp_seconds', 'Until when the aliases can be moved back.', (status) =>
    epochSeconds(status.rollbackUntil),
  ),
  figure('approval_required', '1 while a copy waits for approval, else 0.', (status) =>
    isConditionTrue(status, 'ApprovalRequired') ? 1 : 0,
  ),
  state(
    'es_steward_reindex_failed',
    'reason',
    '1 when a request has failed for good, by reason.',
    ({ status }) => trueCondition(status, 'Failed')?.reason,
  ),
  figure('start_timestamp_seconds', 'When a request began.', ({ startTime }) => epochSeconds(startTime)),
  figure('completion_timestamp_seconds', 'When the aliases moved, or the request ended.', (status) =>
    epochSeconds(status.completionTime),
  ),
  figure('duration_seconds', 'How long a copy that is complete took.', ({ duration }) =>
    durationSeconds(duration),
  ),
  single('es_steward_reindex_suspended', '1 while a request is suspended, else 0.', ({ spec }) =>
    spec.suspend ? 1 : 0,
  ),
];
