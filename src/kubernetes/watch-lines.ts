import { textOf } from './text.ts';

/** An event carries one object; etcd takes no more than 1.5 MiB, JSON from the server at most a few times that. */
const LINE_LIMIT_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * Splits a byte stream into lines. Each byte is looked at once and copied once at the most, however small the chunks are.
 * What follows the last newline is not a line: the stream was cut.
 */
export async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let pending: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      pending.push(chunk.subarray(start, end));
      yield textOf(pending);
      pending = [];
      size = 0;
      start = end + 1;
    }
    if (start < chunk.byteLength) pending.push(chunk.subarray(start));
    size += chunk.byteLength - start;
    if (size > LINE_LIMIT_BYTES) throw new Error(`a line is longer than ${LINE_LIMIT_BYTES} bytes`);
  }
}
