import type { IndexMaintenancePolicy, MaintenanceTarget } from '../../crds/index-maintenance-policy.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import { undefinedWhen } from '../../elasticsearch/errors.ts';
import { listRepositories } from '../../elasticsearch/repositories.ts';
import { listSnapshots } from '../../elasticsearch/snapshots.ts';
import type { MaintenanceDependencies } from './observe.ts';
import type { Backups, Snapshot } from './observed.ts';
import { isGood, repositoriesOf, requirementsOf } from './snapshot-proof.ts';

/** Nothing is asked for a policy that wants no snapshots. A repository that is not there holds none. */
export async function readBackups(
  policy: IndexMaintenancePolicy,
  { es, connection }: Cluster,
  { snapshotOwners }: Pick<MaintenanceDependencies, 'snapshotOwners'>,
  signal: AbortSignal,
): Promise<Backups> {
  const { targets } = policy.spec;
  const good = async (repository: string) => {
    const found = await undefinedWhen(['notFound'], listSnapshots(es, repository, signal));
    return [repository, (found ?? []).filter(isGood)] as const;
  };
  const [snapshots, all] = await Promise.all([
    Promise.all(repositoriesOf(targets).map(good)),
    // With a schedule it does not matter who else writes there.
    requirementsOf(targets).some(({ scheduleRef }) => scheduleRef === undefined)
      ? listRepositories(es, signal)
      : [],
  ]);
  const { namespace } = policy.metadata;
  const isOf = (name: string) =>
    snapshotOwners({ namespace, name, connection: `${connection.namespace}/${connection.name}` });
  return {
    snapshots: new Map(snapshots),
    made: madeBy(
      targets,
      isOf,
      snapshots.flatMap(([, found]) => found),
    ),
    readOnly: new Set(all.flatMap(({ name, readOnly }) => (readOnly ? [name] : []))),
  };
}

/** By the name of each schedule that a target wants them of, the uuids of its own. */
function madeBy(
  targets: readonly MaintenanceTarget[],
  isOf: (schedule: string) => (snapshot: Snapshot) => boolean,
  snapshots: readonly Snapshot[],
): Backups['made'] {
  const names = requirementsOf(targets).flatMap(({ scheduleRef }) => scheduleRef?.name ?? []);
  const uuids = (name: string) => new Set(snapshots.filter(isOf(name)).map(({ uuid }) => uuid));
  return new Map([...new Set(names)].map((name) => [name, uuids(name)]));
}
