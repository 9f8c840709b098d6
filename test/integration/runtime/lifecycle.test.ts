import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { startPrivateControlPlane } from '../../../scripts/environment/private-servers.ts';
import type { PrivateControlPlane } from '../../../scripts/environment/private-servers.ts';
import type { KubernetesApi } from '../../../src/kubernetes/api.ts';
import type { Transport } from '../../../src/kubernetes/transport.ts';
import { eventually } from '../../support/eventually.ts';
import { apiOver, connect, crdKind, lampKind, runLamps } from '../../support/runtime-bed.ts';
import type { RunningOperator } from '../../support/runtime-bed.ts';
import { lampController, lampManifest, newLampWorld } from '../../support/toy-kind.ts';
import type { Lamp, LampWorld } from '../../support/toy-kind.ts';

let plane: PrivateControlPlane;
let transport: Transport;
let api: KubernetesApi;
let world: LampWorld;
let operator: RunningOperator;

beforeAll(async () => {
  plane = await startPrivateControlPlane();
  transport = connect(plane.info.kubeconfig);
  api = apiOver(transport);
  await api.create(crdKind, '', lampManifest);
});
afterAll(async () => {
  await transport.close();
  await plane.stop();
});

const ref = (name: string) => ({ kind: lampKind, namespace: 'default', name });
const create = (name: string, brightness: number) =>
  api.create<Lamp>(lampKind, 'default', {
    apiVersion: 'es-steward.dev/v1alpha1',
    kind: 'Lamp',
    metadata: { name },
    spec: { brightness },
  });
const read = async (name: string) => api.get<Lamp>(ref(name));
const ready = (name: string) =>
  eventually(`${name} is ready for its generation`, async () => {
    const found = await read(name);
    const condition = found?.status?.conditions?.find(({ type }) => type === 'Ready');
    const isReady =
      condition?.status === 'True' && condition.observedGeneration === found?.metadata.generation;
    return isReady ? found : undefined;
  });

describe('an operator on a real API server', () => {
  beforeEach(() => {
    world = newLampWorld();
    operator = runLamps(api, lampController(world, 'a'));
  });
  afterEach(() => operator.stop());

  it('waits for its CRD, then makes what is wished so, and follows an edit', async () => {
    await eventually('the CRD is served', () => operator.runner.isSynced() || undefined);
    await create('first', 10);
    await ready('first');
    await api.mergePatch(ref('first'), { spec: { brightness: 20 } });
    const found = await ready('first');
    expect(found.status?.brightness).toBe(20);
    expect(world.effects).toEqual(['a first=10', 'a first=20']);
  });
});
