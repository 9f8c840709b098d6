import { z } from 'zod';
import type { ElasticsearchInfo } from '../../scripts/environment/environment-info.ts';
import { ask, basicAuthorization } from '../../scripts/environment/server-request.ts';

const health = z.object({ indices: z.record(z.string(), z.object({ status: z.string() })) });

/** The indexes that lack a primary shard, once what is on its way has had a few seconds to arrive. */
export async function redIndices(server: ElasticsearchInfo): Promise<readonly string[]> {
  const { url, caFile, username, password = '' } = server;
  const authorization = username === undefined ? undefined : basicAuthorization(username, password);
  const endpoint = { url, ...(caFile && { caFile }), ...(authorization && { authorization }) };
  const wait = 'wait_for_status=yellow&timeout=3s';
  // A wait in vain is answered by 408, with the same body.
  const { body } = await ask(endpoint, `/_cluster/health?level=indices&${wait}`);
  const { indices } = health.parse(JSON.parse(body));
  return Object.keys(indices).filter((name) => indices[name]?.status === 'red');
}

/** A red index makes every policy refuse to delete: each file that comes later would be judged on what this one left. */
export async function refuseRed(server: ElasticsearchInfo, before: readonly string[]): Promise<void> {
  const left = (await redIndices(server)).filter((name) => !before.includes(name));
  if (left.length === 0) return;
  throw new Error(
    `The tests left indexes red in the Elasticsearch that they share: ${left.join(', ')}. ` +
      'Delete them in the afterAll of the file that made them; their names begin with its prefix.',
  );
}
