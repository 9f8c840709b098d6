import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import { isElasticsearchError, undefinedWhen } from '../../elasticsearch/errors.ts';
import { getRepository } from '../../elasticsearch/repositories.ts';
import { listSnapshots } from '../../elasticsearch/snapshots.ts';
import type { Pass } from '../../runtime/controller.ts';
import { keyText } from '../../runtime/resource.ts';
import type { MaintenanceDependencies } from './observe.ts';
import type { Seen, Snapshot, Taken } from './observed.ts';
import { isGood, proofKey, repositoriesOf, type Required, requirementsOf } from './snapshot-proof.ts';

/**
 * Nothing is asked for a policy that wants no snapshots. A repository that is not there holds none, and one that is damaged
 * proves none: what waits for it stays, and everything else goes on.
 */
export async function readBackups(
  { spec: { targets }, metadata: { namespace } }: IndexMaintenancePolicy,
  { es, connection }: Cluster,
  { snapshotOwners, schedules }: Pick<MaintenanceDependencies, 'snapshotOwners' | 'schedules'>,
  { signal, log }: Pick<Pass, 'signal' | 'log'>,
): Promise<Pick<Seen, 'backups' | 'missing'>> {
  const required = requirementsOf(targets);
  const good = async (repository: string) => {
    const found = await undefinedWhen(['notFound'], listSnapshots(es, repository, signal)).catch(
      (err: unknown) => {
        if (!isElasticsearchError(err, 'serverError')) throw err;
        log.warn({ err, repository }, 'a repository cannot be read: its snapshots prove nothing');
        return [];
      },
    );
    return [repository, found?.filter(isGood)] as const;
  };
  // With a schedule it does not matter who else writes there.
  const open = new Set(required.flatMap((one) => (one.scheduleRef === undefined ? [one.repository] : [])));
  const [snapshots, known] = await Promise.all([
    Promise.all(repositoriesOf(targets).map(good)),
    Promise.all([...open].map((name) => undefinedWhen(['notFound'], getRepository(es, name, signal)))),
  ]);
  const found = new Map(snapshots);
  const writable = new Set(known.flatMap((one) => (one?.readOnly === false ? [one.name] : [])));
  const isOf = (name: string) => snapshotOwners({ namespace, name, connection: keyText(connection) });
  // A repository may be shared, and names of indexes are the same in test and production. What the cluster cannot write
  // to holds snapshots of others; those of a schedule are known by its uid.
  const accepted = ({ repository, scheduleRef }: Required) =>
    (found.get(repository) ?? []).filter(
      scheduleRef === undefined ? () => writable.has(repository) : isOf(scheduleRef.name),
    );
  const newest = (required: Required) => newestOf(required.repository, accepted(required));
  const byKey = new Map(required.map((one) => [proofKey(one), one]));
  const isThere = (name: string) =>
    schedules?.().some(({ metadata }) => metadata.namespace === namespace && metadata.name === name) ?? true;
  return {
    backups: new Map([...byKey].map(([key, one]) => [key, newest(one)])),
    missing: missingAmong(required, (name) => found.get(name) !== undefined, isThere),
  };
}

/** What targets name although there is no such thing: nothing would ever be proven by it. */
function missingAmong(
  required: readonly Required[],
  isRegistered: (repository: string) => boolean,
  isThere: (schedule: string) => boolean,
): readonly string[] {
  const told = required.flatMap(({ repository, scheduleRef }) => [
    ...(isRegistered(repository) ? [] : [`repository ${repository} is not registered`]),
    ...(scheduleRef === undefined || isThere(scheduleRef.name)
      ? []
      : [`SnapshotSchedule ${scheduleRef.name} does not exist in this namespace`]),
  ]);
  return [...new Set(told)];
}

/** Each snapshot lists every index: nothing but this is kept of them. */
function newestOf(repository: string, snapshots: readonly Snapshot[]): ReadonlyMap<string, Taken> {
  const newest = new Map<string, Taken>();
  for (const { name: snapshot, startTime: start, indices } of snapshots.toSorted(byStart)) {
    const taken = { repository, snapshot, start };
    for (const index of indices) if (!newest.has(index)) newest.set(index, taken);
  }
  return newest;
}

const byStart = (a: Snapshot, b: Snapshot): number => b.startTime - a.startTime;
