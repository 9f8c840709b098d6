import { ADOPT_UID } from '../../crds/snapshot-schedule.ts';
import type { ListedSnapshot } from '../../elasticsearch/snapshots.ts';
import { markOf } from './names.ts';
import { ofOtherClusters } from './other-cluster.ts';
import { isAdopted, type Owner } from './owner.ts';

/** Why an adoption that was asked for comes to nothing; undefined where it does not, or where that is not known. */
export function vainAdoption(
  owner: Owner,
  snapshots: readonly ListedSnapshot[] | undefined,
): string | undefined {
  if (owner.namesLiving)
    return `${ADOPT_UID} adopts nothing: it names a schedule that exists, whose snapshots stay its own. Delete that schedule, or remove the annotation.`;
  if (owner.rival !== undefined)
    return `${ADOPT_UID} adopts nothing: ${owner.rival} in this namespace names the same uid, and a snapshot has one owner. Remove the annotation from one of the two.`;
  if (owner.adopted === undefined || snapshots === undefined) return undefined;
  const adopted = snapshots.filter(({ metadata }) => {
    const mark = markOf(metadata);
    return mark !== undefined && isAdopted(owner, mark);
  });
  const others = ofOtherClusters(owner, snapshots);
  if (adopted.some(({ name }) => !others.has(name))) return undefined;
  if (adopted.length > 0)
    return `${ADOPT_UID} adopts nothing: the snapshots of that schedule are of another cluster than the one that is connected now. They are kept, and no retention deletes them. Remove the annotation.`;
  return `${ADOPT_UID} adopts nothing: no snapshot in the repository is of a schedule with that uid in this namespace. If all of them have been deleted, remove the annotation; else correct it.`;
}
