import { type Client, errors } from '@elastic/elasticsearch';
import { source } from './cities.ts';
import { untilSettled } from './follow.ts';
import type { Kubernetes, Resource } from './kubernetes.ts';
import { demoNamespace } from './servers.ts';
import type { Check } from './verdict.ts';

/** The names of `deploy/samples/snapshot-schedule.yaml`. */
const schedule = 'cities';
const repository = 'backups';

/** Own servers have the repository of the sample; given ones may not. */
export async function repositoryIsThere(client: Client): Promise<boolean> {
  return (await unlessMissing(client.snapshot.getRepository({ name: repository }))) !== undefined;
}

/** The schedule, once its first snapshot is a success. */
export function untilSnapshot(kubernetes: Kubernetes, signal: AbortSignal): Promise<Resource> {
  return untilSettled(
    kubernetes,
    'snapshotschedules',
    schedule,
    signal,
    ({ status }) => status.lastSuccessfulSnapshot !== undefined,
  );
}

/** Asks Elasticsearch, not the status alone. */
export async function checkSnapshot(client: Client, { status }: Resource): Promise<Check> {
  const snapshot = status.lastSuccessfulSnapshot ?? '';
  const answer = await unlessMissing(client.snapshot.get({ repository, snapshot }));
  const [found] = answer?.snapshots ?? [];
  const shards = found?.shards;
  return {
    claim: `a snapshot of ${source} was made, and is complete`,
    holds: found?.state === 'SUCCESS' && shards?.failed === 0 && found.indices?.includes(source) === true,
    found: `${snapshot || 'none'}, ${found?.state ?? 'missing'}, ${shards?.successful ?? 0} of ${shards?.total ?? 0} shards`,
  };
}

/** Deletes the snapshots of an earlier demo; a schedule that is deleted leaves them. */
export async function removeSnapshots(client: Client): Promise<void> {
  const answer = await unlessMissing(client.snapshot.get({ repository, snapshot: `${schedule}-*` }));
  for (const { snapshot, metadata } of answer?.snapshots ?? []) {
    if (isOfDemo(metadata)) await client.snapshot.delete({ repository, snapshot });
  }
}

/** Somebody may have a schedule of the same name, in a namespace of another name. */
export function isOfDemo(metadata: Readonly<Record<string, unknown>> | undefined): boolean {
  const mark = metadata?.['es-steward'] as { readonly schedule?: string } | undefined;
  return mark?.schedule === `${demoNamespace}/${schedule}`;
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === 404) return undefined;
    throw error;
  }
}
