import { expect, it } from 'vitest';
import { answering } from '../../test/support/scenario-elasticsearch.ts';
import { ElasticsearchError } from './errors.ts';
import { getPipeline } from './ingest.ts';

it('a pipeline does not exist only where Elasticsearch says so', async () => {
  const fields = { errorClass: 'notFound', outcomeUnknown: false, publicMessage: '' } as const;
  expect(await getPipeline(answering(new ElasticsearchError(fields)), 'clean')).toBeUndefined();
  expect(await getPipeline(answering({ clean: { processors: [] } }), 'clean')).toEqual({ processors: [] });
  for (const emptied of [{}, [], { other: { processors: [] } }])
    await expect(getPipeline(answering(emptied), 'clean')).rejects.toMatchObject({
      errorClass: 'incomplete',
    });
});
