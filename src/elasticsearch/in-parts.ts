import type { Elasticsearch } from './elasticsearch.ts';
import { isElasticsearchError } from './errors.ts';

/** Of an answer with contents of documents: parsed it takes several times as much, and there may be two at once. */
const ANSWER_BYTES = 8 * 1024 * 1024;
/** Elasticsearch makes the whole answer before it is refused: a first part of large documents is to be no burden. */
const FIRST = 32;
/** So many parts have to fit, after one that did not, before a larger one is tried: a single large document is soon over. */
const PATIENCE = 4;

/** How many documents fit into an answer, as far as it is known; for all readings of one kind of documents. */
export class PartSize {
  #size = FIRST;
  #patience = 1;
  #fitting = 0;

  get size(): number {
    return this.#size;
  }

  fitted(): void {
    this.#fitting += 1;
    if (this.#fitting < this.#patience) return;
    this.#fitting = 0;
    this.#size *= 2;
  }

  /** @param count of a part that did not fit. */
  refused(count: number): void {
    this.#size = Math.ceil(count / 2);
    this.#patience = PATIENCE;
    this.#fitting = 0;
  }
}

export interface Part<T, R> {
  readonly items: readonly T[];
  readonly result: R;
}

/**
 * Reads contents of documents, as many at once as fit into an answer of 8 MiB. One item alone may take what the
 * connection takes.
 * @param read asks only the cluster that it is given.
 * @throws ElasticsearchError `tooLarge` when one item alone does not fit.
 */
export async function* inParts<T, R>(
  es: Elasticsearch,
  items: readonly T[],
  read: (es: Elasticsearch, part: readonly T[]) => Promise<R>,
  size = new PartSize(),
): AsyncGenerator<Part<T, R>> {
  const small = withSmallAnswers(es);
  for (let at = 0; at < items.length; ) {
    const part = items.slice(at, at + size.size);
    const result = await unlessTooLarge(part.length, () => read(part.length === 1 ? es : small, part));
    if (result === TOO_LARGE) size.refused(part.length);
    else {
      at += part.length;
      size.fitted();
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
