import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { redIndices, refuseRed } from './red-indices.ts';

/** An Elasticsearch that waits in vain for its indexes to be yellow. */
async function serverWith(indices: Readonly<Record<string, string>>) {
  const health = Object.entries(indices).map(([name, status]) => [name, { status }]);
  const server = createServer((_request, response) => {
    response.statusCode = 408;
    response.end(JSON.stringify({ timed_out: true, indices: Object.fromEntries(health) }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, version: '9.0.0' };
}

it('names what the tests have left red, and not what was red before them', async () => {
  const server = await serverWith({ fine: 'green', single: 'yellow', mine: 'red', theirs: 'red' });
  expect(await redIndices(server)).toEqual(['mine', 'theirs']);
  await expect(refuseRed(server, ['theirs'])).rejects.toThrow(/left indexes red .*: mine\. Delete/);
  await expect(refuseRed(server, ['mine', 'theirs'])).resolves.toBeUndefined();
});
