import { ElasticsearchError, type ElasticsearchErrorFields } from '../../src/elasticsearch/errors.ts';
import type { Around } from './server-calls.ts';

/** The first call whose shape begins so is carried out and its answer lost; the process lives on. */
export function losingAnswerOf(shape: string): Around {
  let lost = false;
  return async (call, send) => {
    const answer = await send();
    if (lost || !call.shape.startsWith(shape)) return answer;
    lost = true;
    throw unknownOutcome();
  };
}

/** The first calls whose shape begins so are never sent, and answered with this. */
export function answeringOnce(shape: string, ...errors: readonly Error[]): Around {
  const left = [...errors];
  return async (call, send) => {
    const error = call.shape.startsWith(shape) ? left.shift() : undefined;
    if (error !== undefined) throw error;
    return send();
  };
}

const unknownOutcome = () => elasticsearchError({ errorClass: 'unknownOutcome', outcomeUnknown: true });

export const elasticsearchError = (
  fields: Pick<ElasticsearchErrorFields, 'errorClass'> & Partial<ElasticsearchErrorFields>,
): ElasticsearchError =>
  new ElasticsearchError({ outcomeUnknown: false, publicMessage: 'as the test says', ...fields });
