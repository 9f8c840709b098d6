import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { CoreV1Api, CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { run } from '../environment/command.ts';
import { provisionKubectl } from '../environment/provision.ts';
import { chosenKubernetes } from '../environment/versions.ts';
import { demoNamespace as namespace, kubernetesIsGiven } from './servers.ts';

/** The part of a resource of this project that the demo looks at. */
const resourceSchema = z.object({
  metadata: z.object({ finalizers: z.array(z.string()).optional() }),
  status: z
    .object({
      phase: z.string().optional(),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() }))
        .default([]),
      progress: z
        .object({
          percent: z.number(),
          message: z.string(),
          total: z.number().optional(),
          completed: z.number().optional(),
          documentsPerSecond: z.number().optional(),
          remaining: z.string().optional(),
        })
        .optional(),
      aliasesMoved: z.array(z.string()).optional(),
      duration: z.string().optional(),
      writeOutage: z.string().optional(),
      plan: z
        .object({
          hash: z.string().optional(),
          deletes: z.object({ count: z.number(), names: z.array(z.string()) }).optional(),
        })
        .optional(),
      lastRun: z.object({ deleted: z.number(), failed: z.number() }).optional(),
      lastSuccessfulSnapshot: z.string().optional(),
    })
    .default({ conditions: [] }),
});

export type Resource = z.infer<typeof resourceSchema>;

/** Kubernetes as a person has it: `kubectl` and a kubeconfig. */
export type Kubernetes = {
  readonly kubectlPath: string;
  /** How a person calls it for the same: a kubeconfig of the demo's own names the namespace already. */
  readonly shown: string;
  /** Runs kubectl in the namespace of the demo and gives its output. */
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  /** One resource of this project, for example a `reindexrequests` by its name. */
  readonly read: (plural: string, name: string) => Promise<Resource>;
  readonly objects: {
    /** Gives the name, which the API server may have chosen. */
    readonly create: (plural: string, body: object) => Promise<string>;
    readonly delete: (plural: string, name: string) => Promise<unknown>;
  };
  readonly core: CoreV1Api;
};

const namedSchema = z.object({ metadata: z.object({ name: z.string() }) });

export async function openKubernetes(kubeconfig: string): Promise<Kubernetes> {
  const kubectlPath = await provisionKubectl(chosenKubernetes());
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig.split(delimiter).find(existsSync) ?? kubeconfig);
  const objects = config.makeApiClient(CustomObjectsApi);
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const coordinates = { group: 'es-steward.dev', version: 'v1alpha1', namespace };
  return {
    kubectlPath,
    shown: kubernetesIsGiven() ? `kubectl -n ${namespace}` : 'kubectl',
    kubectl: (...args) => run(kubectlPath, [...args, `--namespace=${namespace}`], { env }),
    read: async (plural, name) =>
      resourceSchema.parse(await objects.getNamespacedCustomObject({ ...coordinates, plural, name })),
    objects: {
      create: async (plural, body) =>
        namedSchema.parse(await objects.createNamespacedCustomObject({ ...coordinates, plural, body }))
          .metadata.name,
      delete: (plural, name) => objects.deleteNamespacedCustomObject({ ...coordinates, plural, name }),
    },
    core: config.makeApiClient(CoreV1Api),
  };
}

/** Whether a condition is True. */
export function holds({ status }: Resource, type: string): boolean {
  return status.conditions.some((condition) => condition.type === type && condition.status === 'True');
}

/** The sentence of the Ready condition. */
export function readyMessage({ status }: Resource): string {
  return status.conditions.find(({ type }) => type === 'Ready')?.message ?? 'no status yet';
}
