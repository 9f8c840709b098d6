import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKubernetesError } from './errors.ts';
import { lines } from './watch-lines.ts';
import { decodeWatch } from './watch.ts';

async function* chunksOf(...parts: readonly (string | Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield typeof part === 'string' ? Buffer.from(part) : part;
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const event = (type: string, resourceVersion: string) =>
  `${JSON.stringify({ type, object: { metadata: { name: 'a', uid: 'u', resourceVersion } } })}\n`;
const decode = (...parts: readonly (string | Error)[]) =>
  collect(decodeWatch('WATCH lamps', chunksOf(...parts)));
const failure = (...parts: readonly (string | Error)[]) =>
  decode(...parts).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('lines of a stream', () => {
  it('are the same however the bytes are cut', async () => {
    const text = fc.array(
      fc.string({ unit: 'grapheme', maxLength: 20 }).map((line) => line.replaceAll('\n', ' ')),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(30)), async (expected, cuts) => {
        const bytes = Buffer.from(expected.map((line) => `${line}\n`).join(''));
        expect(await collect(lines(chunksOf(...cut(bytes, cuts))))).toEqual(expected);
      }),
    );
  });

  it('end with the last newline: what follows was cut', async () => {
    expect(await collect(lines(chunksOf('a\nb')))).toEqual(['a']);
  });
});

function cut(bytes: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (const size of sizes) {
    parts.push(bytes.subarray(start, start + size));
    start = Math.min(start + size, bytes.byteLength);
  }
  return [...parts, bytes.subarray(start)];
}

describe('a watch', () => {
  it('gives events and bookmarks as they come', async () => {
    const events = await decode(event('ADDED', '1') + event('BOOKMARK', '2'), event('DELETED', '3'));
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK', 'DELETED']);
  });

  it('ends quietly when it was silent for too long', async () => {
    const idle = Object.assign(new Error('Body Timeout Error'), { code: 'UND_ERR_BODY_TIMEOUT' });
    expect(await decode(event('ADDED', '1'), idle)).toHaveLength(1);
  });

  it('fails as expired on an ERROR event 410', async () => {
    const gone = {
      type: 'ERROR',
      object: { kind: 'Status', reason: 'Expired', code: 410, message: 'too old' },
    };
    expect(isKubernetesError(await failure(`${JSON.stringify(gone)}\n`), 'expired')).toBe(true);
  });

  it.each([
    'not json\n',
    '{"type":"ADDED"}\n',
    '{"type":"NEW","object":{}}\n',
    '{"type":"ADDED","object":{}}\n',
  ])('fails as malformed on %j', async (line) => {
    expect(isKubernetesError(await failure(line), 'malformed')).toBe(true);
  });

  it('fails as unavailable when the connection breaks', async () => {
    expect(isKubernetesError(await failure(new Error('other side closed')), 'unavailable')).toBe(true);
  });
});
