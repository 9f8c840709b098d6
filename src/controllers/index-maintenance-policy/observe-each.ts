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

type Ask<T> = (names: readonly string[]) => Promise<ReadonlyMap<string, T>>;

/**
 * Asks about all of these in few requests, and about ever fewer at once where a request is refused: one index that cannot be
 * asked does not keep the others from being looked after.
 * @throws ElasticsearchError also `forbidden`, when none of a few may be asked alone: the login lacks a privilege.
 */
export async function askEach<T>(names: readonly string[], ask: Ask<T>): Promise<Answers<T>> {
  let isAllowed = false;
  const found = new Map<string, T>();
  const refused = new Map<string, ErrorClass>();
  const askAll = async (group: readonly string[]): Promise<void> => {
    try {
      for (const [name, told] of await ask(group)) found.set(name, told);
    } catch (error) {
      if (!isElasticsearchError(error, ...OF_ONE)) throw error;
      if (error.errorClass === 'forbidden' && !isAllowed) {
        isAllowed = found.size > 0 || (await mayAskAny(names, ask));
        if (!isAllowed) throw error;
      }
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

const MOST_SAMPLES = 8;

/** Looked at alone and spread over all, as names beside each other are often alike: halving all down to single ones is dear. */
async function mayAskAny<T>(names: readonly string[], ask: Ask<T>): Promise<boolean> {
  const stride = Math.max(1, (names.length - 1) / (MOST_SAMPLES - 1));
  const sample = names.filter((_, at) => Math.floor(at / stride) !== Math.floor((at - 1) / stride));
  for (const name of sample) if (!(await isForbidden([name], ask))) return true;
  return false;
}

async function isForbidden<T>(names: readonly string[], ask: Ask<T>): Promise<boolean> {
  try {
    await ask(names);
    return false;
  } catch (error) {
    // Whatever else is wrong is met again by whoever asks for the answer.
    return isElasticsearchError(error, 'forbidden');
  }
}
