import type { KubernetesApi } from '../../src/kubernetes/api.ts';
import { eventually } from './eventually.ts';
import { crdKind, lampKind } from './runtime-bed.ts';
import { lampManifest } from './toy-kind.ts';
import type { Lamp } from './toy-kind.ts';

/** What a person does to lamps, past every proxy. */
export interface Lamps {
  create(name: string, brightness: number): Promise<Lamp>;
  read(name: string): Promise<Lamp | undefined>;
  edit(name: string, brightness: number): Promise<Lamp>;
  remove(name: string): Promise<void>;
  /** Waits until the operator says that the lamp is ready for the generation that it has. */
  ready(name: string, limitMs?: number): Promise<Lamp>;
}

const ref = (name: string) => ({ kind: lampKind, namespace: 'default', name });

export const installLamps = async (api: KubernetesApi): Promise<void> => {
  await api.create(crdKind, '', lampManifest);
  await eventually('the API server serves lamps', async () => (await api.list(lampKind, {})) && true);
};

export function lampsOver(api: KubernetesApi): Lamps {
  const read = (name: string) => api.get<Lamp>(ref(name));
  return {
    read,
    create: (name, brightness) =>
      api.create<Lamp>(lampKind, 'default', {
        apiVersion: 'es-steward.dev/v1alpha1',
        kind: 'Lamp',
        metadata: { name },
        spec: { brightness },
      }),
    edit: (name, brightness) => api.mergePatch<Lamp>(ref(name), { spec: { brightness } }),
    async remove(name) {
      const found = await read(name);
      if (found !== undefined) await api.remove(ref(name), { uid: found.metadata.uid });
    },
    ready: (name, limitMs) =>
      eventually(`${name} is ready`, async () => whenReady(await read(name)), limitMs),
  };
}

function whenReady(lamp: Lamp | undefined): Lamp | undefined {
  const ready = lamp?.status?.conditions?.find(({ type }) => type === 'Ready');
  const isRetrying = lamp?.status?.conditions?.some(({ type }) => type === 'Reconciling') === true;
  const isCurrent = ready?.observedGeneration === lamp?.metadata.generation;
  return ready?.status === 'True' && isCurrent && !isRetrying ? lamp : undefined;
}
