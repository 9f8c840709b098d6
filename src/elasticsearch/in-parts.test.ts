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

  it('are divided until they fit, and the parts after are no larger', async () => {
    const { es, asked } = cluster(limit);
    const sizes = Array.from({ length: 8 }, () => 3_000);
    expect(await read(es, sizes)).toEqual(Array.from({ length: 4 }, () => '3000,3000'));
    // Of eight, of four, and then four times of two.
    expect(asked).toHaveLength(6);
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
