import type { Elasticsearch } from './elasticsearch.ts';
import { isElasticsearchError } from './errors.ts';

/** Of an answer with contents of documents: parsed it takes several times as much, and there may be two at once. */
const ANSWER_BYTES = 8 * 1024 * 1024;

export interface Part<T, R> {
  readonly items: readonly T[];
  readonly result: R;
}

/**
 * Reads contents of documents, as many at once as fit into an answer of 8 MiB: a part that does not fit is divided, and
 * those after it are no larger. One item alone may take what the connection takes.
 * @param read asks only the cluster that it is given.
 * @throws ElasticsearchError `tooLarge` when one item alone does not fit.
 */
export async function* inParts<T, R>(
  es: Elasticsearch,
  items: readonly T[],
  read: (es: Elasticsearch, part: readonly T[]) => Promise<R>,
): AsyncGenerator<Part<T, R>> {
  const small = withSmallAnswers(es);
  let size = items.length;
  for (let at = 0; at < items.length; ) {
    const part = items.slice(at, at + size);
    const result = await unlessTooLarge(part.length, () => read(part.length === 1 ? es : small, part));
    if (result === TOO_LARGE) size = Math.ceil(part.length / 2);
    else {
      at += part.length;
      yield { items: part, result };
    }
  }
}

const TOO_LARGE = Symbol('too large');

async function unlessTooLarge<R>(count: number, read: () => Promise<R>): Promise<R | typeof TOO_LARGE> {
  try {
    return await read();
  } catch (error) {
    if (count === 1 || !isElasticsearchError(error, 'tooLarge')) throw error;
    return TOO_LARGE;
  }
}

function withSmallAnswers(es: Elasticsearch): Elasticsearch {
  return {
    request: (request, signal) => es.request({ ...request, maxResponseBytes: ANSWER_BYTES }, signal),
  };
}
