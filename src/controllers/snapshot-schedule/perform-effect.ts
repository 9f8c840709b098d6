import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import type { Pass } from '../../runtime/controller.ts';
import type { Schedule } from './observed.ts';

export interface EffectContext {
  readonly es: Elasticsearch;
  readonly resource: Schedule;
  readonly pass: Pass;
}
