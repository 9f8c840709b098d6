import { describe, expect, it } from 'vitest';
import type { Elasticsearch, ElasticsearchRequest } from './elasticsearch.ts';
import { ElasticsearchError } from './errors.ts';
import { inParts } from './in-parts.ts';

const KIB = 1024;

/** Answers with as many KiB as a document of that name has, or not at all beyond the limit. */
function cluster(limit: number) {
  const asked: string[] = [];
  const es: Elasticsearch = {
    request: async ({ path, maxResponseBytes = limit }: ElasticsearchRequest) => {
      asked.push(path);
      const sizes = path.split(',').map((size) => Number(size) * KIB);
      if (sizes.reduce((sum, size) => sum + size, 0) > maxResponseBytes) throw tooLarge;
      return path;
    },
  };
  return { es, asked };
}

const tooLarge = new ElasticsearchError({
  errorClass: 'tooLarge',
  outcomeUnknown: false,
  publicMessage: 'The answer is too large.',
});

async function read(es: Elasticsearch, sizes: readonly number[]): Promise<unknown[]> {
  const results: unknown[] = [];
  const ask = (from: Elasticsearch, part: readonly number[]) =>
    from.request({ method: 'GET', path: part.join(',') });
  for await (const { result } of inParts(es, sizes, ask)) results.push(result);
  return results;
}

describe('contents of documents', () => {
  const limit = 64 * KIB * KIB;

  it('are read at once where they are small', async () => {
    const { es } = cluster(limit);
    expect(await read(es, [1, 1, 1])).toEqual(['1,1,1']);
    expect(await read(es, [])).toEqual([]);
  });

  it('are divided until they fit, and more are tried at once after some that did', async () => {
    const { es, asked } = cluster(limit);
    const sizes = Array.from({ length: 32 }, () => 1_000);
    const results = await read(es, sizes);
    expect(results.map((one) => String(one).split(',').length)).toEqual([8, 8, 8, 8]);
    // Of 32, of 16, and then of eight.
    expect(asked).toHaveLength(6);
    const many = await read(es, [...sizes, ...sizes]);
    expect(many.map((one) => String(one).split(',').length)).toEqual(Array.from({ length: 8 }, () => 8));
  });

  it('are no longer read one by one when a large document is over', async () => {
    const { es } = cluster(limit);
    const results = await read(es, [20_000, ...Array.from({ length: 100 }, () => 1)]);
    expect(results.length).toBeLessThan(25);
    expect(String(results.at(-1)).split(',').length).toBeGreaterThan(8);
  });

  it('are read in parts that grow', async () => {
    const { es, asked } = cluster(limit);
    await read(
      es,
      Array.from({ length: 500 }, () => 1),
    );
    expect(asked.map((path) => path.split(',').length)).toEqual([32, 64, 128, 256, 20]);
  });

  it('may be larger than a part where one document is', async () => {
    const { es } = cluster(limit);
    expect(await read(es, [1, 20_000, 1])).toEqual(['1', '20000', '1']);
  });

  it('fail where one document alone is larger than any answer may be', async () => {
    const { es } = cluster(limit);
    await expect(read(es, [1, 70_000])).rejects.toBe(tooLarge);
  });
});
