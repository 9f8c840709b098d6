import type { TestProject } from 'vitest/node';
import type { EnvironmentInfo } from '../../scripts/environment/environment-info.ts';
import { givenElasticsearch, givenKubernetes } from '../../scripts/environment/given-servers.ts';
import { applyCustomResources } from '../../scripts/environment/kubernetes-api.ts';
import {
  startPrivateControlPlane,
  startPrivateElasticsearch,
} from '../../scripts/environment/private-servers.ts';
import { say } from '../../scripts/environment/progress.ts';
import { redIndices, refuseRed } from './red-indices.ts';

/** What runs for a test run, and how to end it. */
type Running<Info> = { readonly info: Info; readonly stop: () => Promise<void> };

declare module 'vitest' {
  interface ProvidedContext {
    environment: EnvironmentInfo;
  }
}

/**
 * For each Elasticsearch of a test run: the compiler for long lives costs as much as all the rest of a start, and no
 * server lives long enough to earn that back. Workers inherit the variable.
 */
const JAVA_OPTIONS = '-XX:TieredStopAtLevel=1';

/**
 * Starts the servers that all integration tests share, or takes those that the variables give. At the end the tests are
 * held to what no single one of them can see.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  process.env['ES_JAVA_OPTS'] ??= JAVA_OPTIONS;
  const [kubernetes, elasticsearch] = await Promise.all([controlPlane(), cluster()]);
  project.provide('environment', { ...kubernetes.info, elasticsearch: elasticsearch.info });
  const { kubernetesVersion } = kubernetes.info;
  say(
    `Integration tests run on Kubernetes ${kubernetesVersion} and Elasticsearch ${elasticsearch.info.version}.`,
  );
  const redBefore = await redIndices(elasticsearch.info);
  return async () => {
    try {
      await refuseRed(elasticsearch.info, redBefore);
    } finally {
      await Promise.all([kubernetes.stop(), elasticsearch.stop()]);
    }
  };
}

async function controlPlane(): Promise<Running<Omit<EnvironmentInfo, 'elasticsearch'>>> {
  const given = await givenKubernetes(undefined);
  if (given === undefined) return startPrivateControlPlane();
  await applyCustomResources(given.kubeconfig);
  return { info: given, stop: leaveRunning };
}

async function cluster(): Promise<Running<EnvironmentInfo['elasticsearch']>> {
  const given = await givenElasticsearch(undefined);
  return given === undefined ? startPrivateElasticsearch() : { info: given, stop: leaveRunning };
}

/** Servers that somebody else started are not ours to stop. */
async function leaveRunning(): Promise<void> {}
