import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPrivateControlPlane } from '../../../scripts/environment/private-servers.ts';
import type { PrivateControlPlane } from '../../../scripts/environment/private-servers.ts';
import type { Transport } from '../../../src/kubernetes/transport.ts';
import { eventually } from '../../support/eventually.ts';
import { installLamps, lampsOver } from '../../support/lamps.ts';
import type { Lamps } from '../../support/lamps.ts';
import { apiOver, connect, runLamps } from '../../support/runtime-bed.ts';
import type { RunningOperator } from '../../support/runtime-bed.ts';
import { lampController, newLampWorld } from '../../support/toy-kind.ts';
import type { LampWorld } from '../../support/toy-kind.ts';

let plane: PrivateControlPlane;
let person: Transport;
let transport: Transport;
let lamps: Lamps;
let world: LampWorld;
let operator: RunningOperator;
let requests: number;

beforeAll(async () => {
  plane = await startPrivateControlPlane();
  // A short deadline, so that a store that hangs is noticed within the time of a test.
  transport = connect(plane.info.kubeconfig, {
    deadlineMs: 2_000,
    hooks: { onRequest: () => void (requests += 1) },
  });
  person = connect(plane.info.kubeconfig);
  await installLamps(apiOver(person));
  lamps = lampsOver(apiOver(person));
});
afterAll(async () => {
  await person.close();
  await transport.close();
  await plane.stop();
});
beforeEach(async () => {
  requests = 0;
  world = newLampWorld();
  operator = runLamps(apiOver(transport), lampController(world, 'a'), { limits: { idleMs: 3_000 } });
  await eventually('the view is complete', () => operator.runner.unlisted().length === 0 || undefined);
});
afterEach(() => operator.stop());

const effectsOn = (name: string) => world.effects.filter((effect) => effect.includes(` ${name}=`));

/** The lamp is edited all the while. Not every edit is taken, which is the point; what is stored in the end counts. */
async function editWhile(name: string, fault: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const editor = (async () => {
    for (let brightness = 2; !over.signal.aborted; brightness += 1) {
      await lamps.edit(name, brightness % 1_000).catch(() => undefined);
      await turn();
    }
  })();
  await fault();
  over.abort();
  await editor;
}

describe.each(['kube-apiserver', 'etcd'] as const)('%s is killed and comes back', (part) => {
  it('in the middle of watches and writes: what was wished last is done, no view is stale', async () => {
    const name = `killed-${part}`;
    await lamps.create(name, 1);
    await lamps.ready(name);
    await editWhile(name, async () => {
      await plane.kill(part);
      await plane.restart(part);
    });
    const settled = await eventually('the lamp can be read', () => lamps.read(name), 60_000);
    const ready = await lamps.ready(name, 60_000);
    expect(ready.spec.brightness).toBe(settled.spec.brightness);
    expect(effectsOn(name).at(-1)).toBe(`a ${name}=${ready.spec.brightness}`);
    const seen = () =>
      operator.runner.objects().find(({ metadata }) => metadata.name === name)?.metadata.resourceVersion;
    await eventually(
      'the view is the truth',
      async () => seen() === (await lamps.read(name))?.metadata.resourceVersion || undefined,
      60_000,
    );
  });
});

describe('the API server is away', () => {
  it('and nothing is done meanwhile, nor is it asked without end (F5)', async () => {
    await lamps.create('alone', 1);
    await lamps.ready('alone');
    await plane.kill('kube-apiserver');
    const before = requests;
    // The lamp went out by itself, which has to be claimed in status before it is lit again.
    world.brightness.clear();
    for (let round = 0; round < 3; round += 1) operator.runner.enqueue('default/alone');
    await eventually(
      'two passes failed',
      () => operator.warnings.filter(({ message }) => message === 'pass failed').length >= 2 || undefined,
    );
    expect(requests - before).toBeLessThan(12);
    expect(effectsOn('alone')).toHaveLength(1);
    await plane.restart('kube-apiserver');
    await lamps.edit('alone', 2);
    await lamps.ready('alone', 60_000);
  });
});

describe('the store hangs', () => {
  it('with every watch open: writes run into their deadline and are made good afterwards (F6)', async () => {
    await lamps.create('frozen', 1);
    await lamps.ready('frozen');
    await plane.pause('etcd');
    try {
      world.brightness.clear();
      operator.runner.enqueue('default/frozen');
      await eventually(
        'a pass ran into the deadline',
        () => operator.warnings.some(({ message }) => message === 'pass failed') || undefined,
        30_000,
      );
    } finally {
      await plane.resume('etcd');
    }
    await eventually('the server takes an edit', () => lamps.edit('frozen', 2), 60_000);
    expect((await lamps.ready('frozen', 60_000)).status?.brightness).toBe(2);
  });
});
