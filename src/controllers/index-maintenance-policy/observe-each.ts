import { type ErrorClass, isElasticsearchError } from '../../elasticsearch/errors.ts';
import { inGroups } from '../../elasticsearch/index-listing.ts';

export interface Answers<T> {
  /** What was told, by the name of the index. */
  readonly found: ReadonlyMap<string, T>;
  /** Why an index cannot be asked, by its name; one that is gone since it was listed is in neither. */
  readonly refused: ReadonlyMap<string, ErrorClass>;
}

/** What one index can bring about for all that are asked together with it. Any other fault is one of the cluster. */
const OF_ONE: readonly ErrorClass[] = ['forbidden', 'blocked', 'invalid', 'indexNotFound'];

/**
 * Asks about all of these in few requests, and about ever fewer at once where a request is refused: one index that cannot be
 * asked does not keep the others from being looked after.
 */
export async function askEach<T>(
  names: readonly string[],
  ask: (names: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): Promise<Answers<T>> {
  const found = new Map<string, T>();
  const refused = new Map<string, ErrorClass>();
  const askAll = async (group: readonly string[]): Promise<void> => {
    try {
      for (const [name, told] of await ask(group)) found.set(name, told);
    } catch (error) {
      if (!isElasticsearchError(error, ...OF_ONE)) throw error;
      const half = Math.ceil(group.length / 2);
      const [name] = group;
      if (group.length > 1) for (const part of [group.slice(0, half), group.slice(half)]) await askAll(part);
      else if (name !== undefined && error.errorClass !== 'indexNotFound')
        refused.set(name, error.errorClass);
    }
  };
  for (const group of inGroups(names)) await askAll(group);
  return { found, refused };
}
