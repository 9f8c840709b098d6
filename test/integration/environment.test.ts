import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { exists } from '../../scripts/environment/processes.ts';
import { environment } from '../support/environment.ts';
import { areGiven } from '../support/lanes.ts';

const environmentSchema = z.object({
  kubeconfig: z.string(),
  kubernetesVersion: z.string(),
  elasticsearch: z.object({
    url: z.url(),
    version: z.string(),
    repositoryPath: z.string(),
    pid: z.number(),
    caFile: z.string().optional(),
  }),
  apiServer: z.object({ url: z.url(), pid: z.number() }),
});

const main = join(import.meta.dirname, '../../scripts/environment/main.ts');

/** Runs a command on an environment of its own, away from that of the developer and of the other tests. */
async function env(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const { ES_JAVA_OPTS: options = '' } = process.env;
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ES_STEWARD_ENVIRONMENT: 'test', ES_JAVA_OPTS: `${options} -Xms512m -Xmx512m` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { stdout: await text(child.stdout), code: await closed };
}

async function info(): Promise<z.infer<typeof environmentSchema>> {
  const { stdout } = await env('info');
  return environmentSchema.parse(JSON.parse(stdout));
}

// Whoever gives servers may have nothing to start others with.
describe.skipIf(areGiven())('the development environment', () => {
  beforeAll(async () => {
    await env('down', '--wipe');
  });
  afterAll(async () => {
    await env('down', '--wipe');
  });

  it('has nothing to tell before it is up', async () => {
    const { code, stdout } = await env('info');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('brings both servers up, and a second time changes nothing', async () => {
    expect((await env('up')).code).toBe(0);
    const first = await info();
    expect((await env('up')).code).toBe(0);
    expect(await info()).toEqual(first);
  });

  it('brings killed servers back on the same ports with the same data', async () => {
    const before = await info();
    const client = new Client({ node: before.elasticsearch.url });
    await client.index({ index: 'kept', id: '1', document: { kept: true } });
    for (const { pid } of [before.elasticsearch, before.apiServer]) process.kill(pid, 'SIGKILL');

    expect((await env('up')).code).toBe(0);
    const after = await info();
    expect(after.elasticsearch.url).toBe(before.elasticsearch.url);
    expect(after.apiServer.url).toBe(before.apiServer.url);
    expect((await client.get({ index: 'kept', id: '1' })).found).toBe(true);
    const repository = await client.snapshot.getRepository({ name: 'backups' });
    expect(repository['backups']?.type).toBe('fs');
  });

  it('keeps an environment with security apart from the one without', async () => {
    const plain = await info();
    expect((await env('up', '--secure')).code).toBe(0);
    const secure = await info();
    expect(secure.elasticsearch).toMatchObject({
      caFile: expect.any(String),
      url: expect.stringMatching(/^https:/),
    });
    expect(exists(plain.elasticsearch.pid)).toBe(false);
  });

  it('stops everything when it goes down', async () => {
    const { elasticsearch, apiServer } = await info();
    expect((await env('down')).code).toBe(0);
    expect([elasticsearch.pid, apiServer.pid].map(exists)).toEqual([false, false]);
    expect((await env('info')).code).toBe(1);
  });
});

describe('the shared servers of a test run', () => {
  it('answer, and are those that the run says', async () => {
    const { elasticsearch } = environment();
    expect(elasticsearch.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(environment().kubernetesVersion).toMatch(/^v\d+\.\d+/);
  });
});
