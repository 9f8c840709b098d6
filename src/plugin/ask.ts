import { createInterface } from 'node:readline/promises';

/**
 * Asks at a terminal. There Ctrl-C is a key and no signal while a line is read, so it is told to `stop` here: the command
 * is interrupted. Ctrl-D, or the end of what is typed, is an empty answer.
 */
export const asking =
  (input: NodeJS.ReadableStream, output: NodeJS.WritableStream, stop: AbortController, terminal?: boolean) =>
  async (question: string): Promise<string> => {
    const lines = createInterface({ input, output, ...(terminal === undefined ? {} : { terminal }) });
    lines.once('SIGINT', () => stop.abort());
    const ended = new Promise<never>((_, reject) =>
      lines.once('close', () => reject(new DOMException('nothing more is typed', 'AbortError'))),
    );
    try {
      return await Promise.race([lines.question(question, { signal: stop.signal }), ended]);
    } catch (error) {
      if (stop.signal.aborted || !isAbort(error)) throw error;
      output.write('\n'); // no key has ended the line of the question
      return '';
    } finally {
      lines.close();
    }
  };

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
