import { z } from 'zod';
import type { WatchEvent } from './api.ts';
import { KubernetesError, malformedError, refusalError, unavailableError } from './errors.ts';
import { lines } from './watch-lines.ts';

const watchLine = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.looseObject({ code: z.number().optional() }),
});
const watchedMetadata = z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string().min(1) }) });

/**
 * Decodes a watch. Ends quietly when the server ends it or when it was silent for the idle timeout; throws
 * KubernetesError when the connection breaks, on an ERROR event and on anything that is not an event.
 */
export async function* decodeWatch(
  title: string,
  chunks: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<WatchEvent> {
  try {
    for await (const line of lines(chunks)) yield decodeLine(title, line);
  } catch (error) {
    if (isIdle(error)) return;
    if (signal?.aborted === true || error instanceof KubernetesError) throw error;
    throw unavailableError(title, error, false);
  }
}

function decodeLine(title: string, line: string): WatchEvent {
  const { type, object } = parseLine(title, line);
  if (type === 'ERROR') {
    throw refusalError(title, { status: object.code ?? 500, body: JSON.stringify(object), mutating: false });
  }
  if (!watchedMetadata.safeParse(object).success)
    throw malformedError(title, `a ${type} event without metadata`);
  return { type, object: object as unknown as WatchEvent['object'] }; // the one field that we rely on was checked
}

function parseLine(title: string, line: string): z.infer<typeof watchLine> {
  try {
    return watchLine.parse(JSON.parse(line));
  } catch (cause) {
    throw malformedError(title, 'a line of the watch is no event', cause);
  }
}

const isIdle = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'UND_ERR_BODY_TIMEOUT';
