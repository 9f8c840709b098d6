import type { Situation } from '../situation.ts';

/** What keeps parts from starting that no person has asked for, as the end of a sentence. */
export function ailment({ observed: { health, tasks }, source, destination }: Situation): string | undefined {
  const red = [
    ...(health?.source === 'red' ? [source?.name] : []),
    ...(health?.destination === 'red' ? [destination?.name] : []),
  ];
  if (red.length > 0)
    return `while ${red.join(' and ')} ${red.length > 1 ? 'are' : 'is'} red: GET _cluster/allocation/explain says what keeps a shard from starting`;
  return tasks.complete
    ? undefined
    : 'until every node has said which tasks it runs: GET _cat/nodes and the log of Elasticsearch say which one does not answer';
}
