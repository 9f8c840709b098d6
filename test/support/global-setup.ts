import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { EnvironmentInfo } from '../../scripts/environment/environment-info.ts';
import { givenElasticsearch, givenKubernetes } from '../../scripts/environment/given-servers.ts';
import { applyCustomResources } from '../../scripts/environment/kubernetes-api.ts';
import {
  startPrivateControlPlane,
  startPrivateElasticsearch,
} from '../../scripts/environment/private-servers.ts';
import { say } from '../../scripts/environment/progress.ts';
import { auditFlags } from './audit.ts';
import { laneCount } from './lanes.ts';
import { redIndices, refuseRed } from './red-indices.ts';
import { type Kept, refuseLeaks } from './refuse-leaks.ts';
import { TOLD_VARIABLE } from './told.ts';
import { refuseUnknownEvents } from './unknown-events.ts';

/** What runs for a test run, and how to end it. */
type Running<Info> = { readonly info: Info; readonly stop: () => Promise<void> };

declare module 'vitest' {
  interface ProvidedContext {
    /** One for each lane. */
    environments: readonly EnvironmentInfo[];
    kept: Kept;
  }
}

/**
 * For each Elasticsearch of a test run: the compiler for long lives costs as much as all the rest of a start, and no
 * server lives long enough to earn that back. Workers inherit the variable.
 */
const JAVA_OPTIONS = '-XX:TieredStopAtLevel=1';

/**
 * Starts the servers of every lane, or takes those that the variables give. At the end the tests are held to what no
 * single one of them can see.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  process.env['ES_JAVA_OPTS'] ??= JAVA_OPTIONS;
  const kept = keep();
  const lanes = await Promise.all(Array.from({ length: laneCount() }, (_, lane) => startLane(kept, lane)));
  const environments = lanes.map(({ info }) => info);
  project.provide('environments', environments);
  project.provide('kept', kept);
  process.env[TOLD_VARIABLE] = kept.told;
  return async () => {
    const checks = [
      async () => refuseLeaks(environments, kept),
      async () => refuseUnknownEvents(kept.told),
      ...lanes.map(({ refuseLeftovers }) => refuseLeftovers),
    ];
    const verdicts = await Promise.allSettled(checks.map((check) => check()));
    await Promise.all(lanes.map(({ stop }) => stop()));
    rmSync(kept.folder, { recursive: true });
    const faults = verdicts.flatMap((verdict) => (verdict.status === 'rejected' ? [verdict.reason] : []));
    if (faults.length > 0) throw new AggregateError(faults, faults.map(messageOf).join('\n'));
  };
}

/** The servers of one lane. */
interface Lane extends Running<EnvironmentInfo> {
  /** @throws when the tests have left something in them that harms others. */
  readonly refuseLeftovers: () => Promise<void>;
}

async function startLane(kept: Kept, lane: number): Promise<Lane> {
  const [kubernetes, elasticsearch] = await Promise.all([controlPlane(kept, lane), cluster()]);
  const info = { ...kubernetes.info, elasticsearch: elasticsearch.info };
  say(
    `Lane ${lane + 1} of the integration tests runs on Kubernetes ${info.kubernetesVersion} and Elasticsearch ${elasticsearch.info.version}.`,
  );
  const redBefore = await redIndices(elasticsearch.info);
  return {
    info,
    refuseLeftovers: () => refuseRed(elasticsearch.info, redBefore),
    stop: async () => void (await Promise.all([kubernetes.stop(), elasticsearch.stop()])),
  };
}

const messageOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));

/** A folder for what the run tells; with it goes the log of the API server, which has every Secret of the tests. */
function keep(): Kept {
  const folder = mkdtempSync(join(tmpdir(), 'es-steward-kept-'));
  const kept = { folder, told: join(folder, 'told'), audit: join(folder, 'audit') };
  mkdirSync(kept.told);
  mkdirSync(kept.audit);
  return kept;
}

async function controlPlane(
  { audit }: Kept,
  lane: number,
): Promise<Running<Omit<EnvironmentInfo, 'elasticsearch'>>> {
  const given = await givenKubernetes(undefined);
  if (given === undefined) return startPrivateControlPlane({ apiServerFlags: auditFlags(audit, lane) });
  await applyCustomResources(given.kubeconfig);
  return { info: given, stop: leaveRunning };
}

async function cluster(): Promise<Running<EnvironmentInfo['elasticsearch']>> {
  const given = await givenElasticsearch(undefined);
  return given === undefined ? startPrivateElasticsearch() : { info: given, stop: leaveRunning };
}

/** Servers that somebody else started are not ours to stop. */
async function leaveRunning(): Promise<void> {}
