import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import type { Pass } from '../../runtime/controller.ts';
import type { Schedule } from './observed.ts';
import type { Owner } from './owner.ts';

export interface EffectContext {
  readonly es: Elasticsearch;
  readonly resource: Schedule;
  /** Judged anew: an adopted schedule may have come back since the pass was decided. */
  readonly owner: Owner;
  readonly pass: Pass;
}
