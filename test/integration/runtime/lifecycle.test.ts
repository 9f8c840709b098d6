import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPrivateControlPlane } from '../../../scripts/environment/private-servers.ts';
import type { PrivateControlPlane } from '../../../scripts/environment/private-servers.ts';
import type { KubernetesApi } from '../../../src/kubernetes/api.ts';
import type { Transport } from '../../../src/kubernetes/transport.ts';
import { eventually } from '../../support/eventually.ts';
import { lampsOver } from '../../support/lamps.ts';
import type { Lamps } from '../../support/lamps.ts';
import { apiOver, connect, crdKind, lampKind, runLamps } from '../../support/runtime-bed.ts';
import type { RunningOperator } from '../../support/runtime-bed.ts';
import { lampController, lampManifest, newLampWorld } from '../../support/toy-kind.ts';
import type { LampWorld } from '../../support/toy-kind.ts';

let plane: PrivateControlPlane;
let transport: Transport;
let api: KubernetesApi;
let lamps: Lamps;
let world: LampWorld;
let operators: RunningOperator[];
let calls: string[];

beforeAll(async () => {
  plane = await startPrivateControlPlane();
  const hooks = { onRequest: (verb: string, code: string) => void calls.push(`${verb} ${code}`) };
  transport = connect(plane.info.kubeconfig, { hooks });
  api = apiOver(transport);
  lamps = lampsOver(api);
});
afterAll(async () => {
  await transport.close();
  await plane.stop();
});
beforeEach(() => {
  world = newLampWorld();
  operators = [];
  calls = [];
});
afterEach(async () => {
  await Promise.all(operators.map((operator) => operator.stop()));
});

function start(name = 'a', options: Parameters<typeof runLamps>[2] = {}): RunningOperator {
  const operator = runLamps(api, lampController(world, name), options);
  operators.push(operator);
  return operator;
}
const effectsOn = (name: string) => world.effects.filter((effect) => effect.includes(` ${name}=`));
const lampCrd = { kind: crdKind, name: lampManifest.metadata.name };
const gone = (name: string) =>
  eventually(`${name} is gone`, async () => (await lamps.read(name)) === undefined || undefined);

describe('an operator on a real API server', () => {
  it('waits for its CRD, then makes what is wished so, and follows an edit', async () => {
    const { runner } = start();
    await eventually('the list was refused', () => calls.includes('GET 404') || undefined);
    expect(runner.unlisted()).not.toEqual([]);
    await api.create(crdKind, '', lampManifest);
    await eventually('the view is complete', () => runner.unlisted().length === 0 || undefined);
    await lamps.create('first', 10);
    await lamps.ready('first');
    await lamps.edit('first', 20);
    expect((await lamps.ready('first')).status?.brightness).toBe(20);
    expect(effectsOn('first')).toEqual(['a first=10', 'a first=20']);
  });

  it('writes nothing more once all is as wished, over ten resyncs', async () => {
    let passes = 0;
    const { runner } = start('a', { hooks: { reconciled: () => void (passes += 1) } });
    await lamps.create('steady', 10);
    await lamps.ready('steady');
    await eventually(
      'nothing is under way',
      () => (runner.queue.running.length === 0 && runner.queue.depth === 0) || undefined,
    );
    const before = calls.filter((call) => call.startsWith('PATCH')).length;
    for (let resync = 0; resync < 10; resync += 1) {
      const done = passes;
      runner.enqueue('default/steady', { urgency: 'background' });
      await eventually('the pass is over', () => passes > done || undefined);
    }
    expect(calls.filter((call) => call.startsWith('PATCH'))).toHaveLength(before);
  });

  it('lets a deleted lamp go, and gives one of the same name a life of its own', async () => {
    start();
    const first = await lamps.create('reborn', 10);
    await lamps.ready('reborn');
    await lamps.remove('reborn');
    await gone('reborn');
    await lamps.create('reborn', 10);
    expect((await lamps.ready('reborn')).metadata.uid).not.toBe(first.metadata.uid);
    expect(effectsOn('reborn')).toEqual(['a reborn=10', 'a reborn=10']);
  });

  it('relists after a change of its CRD and misses nothing meanwhile', async () => {
    const lists: number[] = [];
    start('a', { reflectorHooks: { listed: (objects) => void lists.push(objects) } });
    await lamps.create('kept', 10);
    await lamps.ready('kept');
    const before = lists.length;
    const versions = [{ ...lampManifest.spec.versions[0], additionalPrinterColumns: [] }];
    await api.mergePatch(lampCrd, { spec: { versions } });
    await eventually('the view was listed again', () => lists.length > before || undefined, 40_000);
    await lamps.edit('kept', 30);
    expect((await lamps.ready('kept', 40_000)).status?.brightness).toBe(30);
  });

  it('tells of a CRD that is older than the operator, by the warning of the server', async () => {
    const warnings: string[] = [];
    const old = connect(plane.info.kubeconfig, {
      hooks: { onWarning: (_, text) => void warnings.push(text) },
    });
    await lamps.create('aged', 10);
    await apiOver(old).mergePatch(
      { kind: lampKind, namespace: 'default', name: 'aged' },
      { status: { novelty: 1 } },
      { subresource: 'status' },
    );
    await old.close();
    expect(warnings.join()).toContain('unknown field');
  });

  it('is two operators on the same lamps: each claim is won by one, each lamp is set once (F4)', async () => {
    start('a', { limits: { resyncMs: 500 } });
    start('b', { limits: { resyncMs: 500 } });
    const names = Array.from({ length: 30 }, (_, index) => `shared-${index}`);
    await Promise.all(names.map((name) => lamps.create(name, 5)));
    for (const name of names) await lamps.ready(name);
    for (const name of names) expect(effectsOn(name)).toHaveLength(1);
  });

  it('makes progress beside a writer that never rests (F7)', async () => {
    start();
    await lamps.create('stormy', 1);
    const over = new AbortController();
    const writer = (async () => {
      for (let count = 0; !over.signal.aborted; count += 1) {
        const patch = { metadata: { labels: { storm: String(count) } } };
        await api.mergePatch({ kind: lampKind, namespace: 'default', name: 'stormy' }, patch);
      }
    })();
    await lamps.ready('stormy', 60_000);
    over.abort();
    await writer;
    expect(effectsOn('stormy').length).toBeGreaterThan(0);
  });

  it('stops with a watch open, at once, and finishes what it had begun (F2)', async () => {
    const entered = Promise.withResolvers<void>();
    const proceed = Promise.withResolvers<void>();
    const base = lampController(world, 'a');
    const slow = runLamps(api, {
      ...base,
      perform: async (action, resource, pass) => {
        if (resource.metadata.name !== 'late') return base.perform(action, resource, pass);
        entered.resolve();
        await proceed.promise;
        return base.perform(action, resource, pass);
      },
    });
    await lamps.create('late', 10);
    await entered.promise;
    const stopped = slow.stop();
    proceed.resolve();
    await stopped;
    expect((await lamps.read('late'))?.status?.brightness).toBe(10);
  });

  it('notices the removal of its CRD: objects are gone, the view is not complete any more', async () => {
    const { runner } = start();
    await eventually('the view is complete', () => runner.unlisted().length === 0 || undefined);
    const { metadata } = (await api.get(lampCrd)) ?? { metadata: { uid: '' } };
    await api.remove(lampCrd, { uid: metadata.uid });
    await eventually('the kind is not installed', () => runner.unlisted().length > 0 || undefined, 60_000);
    expect(runner.objects()).toEqual([]);
  });
});
