import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { run } from '../environment/command.ts';
import { provisionKubectl } from '../environment/provision.ts';
import { chosenKubernetes } from '../environment/versions.ts';

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
  /** Runs kubectl and gives its output. */
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  /** One resource of this project, for example a `reindexrequests` by its name. */
  readonly read: (plural: string, name: string) => Promise<Resource>;
};

export async function openKubernetes(kubeconfig: string): Promise<Kubernetes> {
  const kubectlPath = await provisionKubectl(chosenKubernetes());
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig.split(delimiter).find(existsSync) ?? kubeconfig);
  const objects = config.makeApiClient(CustomObjectsApi);
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const coordinates = { group: 'es-steward.dev', version: 'v1alpha1', namespace };
  return {
    kubectlPath,
    kubectl: (...args) => run(kubectlPath, args, { env }),
    read: async (plural, name) =>
      resourceSchema.parse(await objects.getNamespacedCustomObject({ ...coordinates, plural, name })),
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
