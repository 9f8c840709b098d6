import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import type { Pass } from '../../runtime/controller.ts';
import type { Effects } from '../../runtime/effects.ts';
import type { SnapshotAction } from './actions.ts';
import type { Schedule, Status } from './observed.ts';
import type { Owner } from './owner.ts';

export interface EffectContext {
  readonly es: Elasticsearch;
  readonly resource: Schedule;
  /** Judged anew: an adopted schedule may have come back since the pass was decided. */
  readonly owner: Owner;
  readonly pass: Pass;
}

export type SnapshotEffects = Effects<SnapshotAction, EffectContext, Status>;
