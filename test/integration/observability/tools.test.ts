import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { repositoryRoot } from '../../../scripts/environment/cache.ts';
import { provideHealthLua, provideKstatus } from '../../../scripts/environment/test-tools.ts';
import { resourceStates } from '../../../scripts/observability/resource-states.ts';
import { kinds } from '../../../src/crds/kinds.ts';

async function answerOf(program: string, input: unknown): Promise<unknown> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(input));
  return JSON.parse(await text(child.stdout));
}

it('is current, in progress or failed for kstatus, in every state of every kind', async () => {
  const found = await answerOf(
    await provideKstatus(),
    resourceStates.map(({ object }) => object),
  );
  const told = z.array(z.string()).parse(found);
  const seen = resourceStates.map(({ kind, name }, at) => `${kind} ${name}: ${told[at]}`);
  expect(seen).toEqual(resourceStates.map(({ kind, name, kstatus }) => `${kind} ${name}: ${kstatus}`));
}, 600_000);

it.each(kinds)(
  'is healthy, progressing, degraded or suspended for Argo CD: $kind',
  async ({ kind }) => {
    const states = resourceStates.filter((state) => state.kind === kind);
    const file = join(repositoryRoot, 'deploy/argocd/es-steward.dev', kind, 'health.lua');
    const objects = states.map(({ object }) => object);
    const found = await answerOf(await provideHealthLua(), { script: readFileSync(file, 'utf8'), objects });
    expect(found).toEqual(states.map(({ argo: status, message }) => ({ status, message })));
  },
  600_000,
);
