import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { untilTaskEnds } from '../../elasticsearch/tasks.ts';
import type { Pass } from '../../runtime/controller.ts';

/** The next part begins when one has ended, and not when somebody looks. */
export function followTask(es: Elasticsearch, task: string, { follow }: Pick<Pass, 'follow'>): void {
  follow?.(`task ${task}`, (signal) => untilTaskEnds(es, task, signal));
}
