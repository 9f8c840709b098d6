import { request } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { checkRoute, serve } from './http.ts';
import type { Routes } from './http.ts';

async function started(routes: Routes, address = '127.0.0.1:0'): Promise<string> {
  const endpoint = await serve(address, routes);
  onTestFinished(() => endpoint.close());
  return endpoint.address;
}

it('answers on a free port and tells which', async () => {
  const address = await started({ '/a': () => ({ ok: true, body: 'fine' }) });
  const answer = await fetch(`http://${address}/a?b=c`);
  expect([answer.status, await answer.text()]).toEqual([200, 'fine']);
});

it('listens on IPv6', async () => {
  const address = await started({ '/a': () => ({ ok: true, body: 'fine' }) }, '[::1]:0');
  expect((await fetch(`http://${address}/a`)).status).toBe(200);
});

it('names every check and fails when one does', async () => {
  let complaint: string | undefined = 'not synced';
  const address = await started({
    '/readyz': checkRoute({ ping: () => undefined, stores: () => complaint }),
  });
  const bad = await fetch(`http://${address}/readyz`);
  expect([bad.status, await bad.text()]).toEqual([503, '[+] ping\n[-] stores: not synced\n']);
  complaint = undefined;
  expect((await fetch(`http://${address}/readyz`)).status).toBe(200);
});

it.each([
  ['GET', '/other', 404],
  ['GET', '/__proto__', 404],
  ['POST', '/a', 405],
  ['GET', '/broken', 500],
  ['HEAD', '/a', 200],
])('answers %s %s with %i', async (method, path, status) => {
  const address = await started({
    '/a': () => ({ ok: true, body: 'fine' }),
    '/broken': () => {
      throw new Error('secret detail');
    },
  });
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  request(`http://${address}${path}`, { method }, (answer) => resolve(answer.resume().statusCode)).end();
  expect(await promise).toBe(status);
});

it('says which address is taken', async () => {
  const address = await started({});
  await expect(serve(address, {})).rejects.toThrow(address);
});
