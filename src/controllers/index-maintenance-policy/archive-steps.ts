import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import type { MaintenanceAction } from './actions.ts';
import { type ArchiveSource, cutoffOf, stepSize } from './archival.ts';
import { nextRunIsDue } from './due.ts';
import type { FreshPlan } from './plan.ts';
import type { Run, Status } from './run.ts';

type Archive = NonNullable<Status['archive']>;
type ChooseDocuments = Extract<MaintenanceAction, { type: 'ChooseDocuments' }>;

const NOTHING: Archive = { documents: 0, held: [] };
/** As many as status can name; a run ends with them, since it would come to the same ones again. */
const MOST_HELD = 100;

/** A new run comes to every index again. */
export function withNewArchiveRun(status: Status): Status {
  const { archive } = status;
  return archive === undefined ? status : { ...status, archive: { ...archive, held: [], moved: [] } };
}

/** What moves next: of the oldest index that this run has not given up, and of no target that has moved enough. */
export function nextDocuments(
  { archive = NOTHING }: Status,
  run: Run,
  fresh: FreshPlan,
): ChooseDocuments | undefined {
  const given = new Set(archive.held.map(({ index }) => index));
  if (given.size >= MOST_HELD) return undefined;
  const since = Date.parse(run.time);
  const steps = fresh.archive.flatMap((source) => stepOf(source, archive, given, since));
  return steps[0];
}

function stepOf(
  { target, member: { index }, documents, reason }: ArchiveSource,
  { moved = [] }: Archive,
  given: ReadonlySet<string>,
  since: number,
): readonly ChooseDocuments[] {
  const { name, archive: spec } = target.spec;
  if (spec === undefined || reason !== undefined || documents === 0 || given.has(index.name)) return [];
  const size = stepSize(spec, index, moved.find(({ target }) => target === name)?.documents ?? 0);
  if (size <= 0) return [];
  const cutoff = cutoffOf(spec, since);
  return [
    { type: 'ChooseDocuments', target: name, index: index.name, uuid: index.uuid, cutoff, size, documents },
  ];
}

/** A run does not hold up the next one: aliases must move when the day changes. */
export function archivalYields(policy: IndexMaintenancePolicy, isFirstPass: boolean, now: number): boolean {
  return !isFirstPass && nextRunIsDue(policy, now);
}

/** Nothing more of this index in this run, because ... */
export function holding(status: Status, index: string, reason: string, left: number): Status {
  const { run, archive = NOTHING } = status;
  const others = archive.held.filter((held) => held.index !== index);
  return {
    ...status,
    archive: { ...archive, held: [...others, { index, reason }].slice(0, MOST_HELD) },
    ...(run === undefined ? {} : { run: { ...run, notArchived: (run.notArchived ?? 0) + left } }),
  };
}

/** The batch is dealt with. */
export function withoutArchiveBatch(status: Status): Status {
  if (status.archive === undefined) return status;
  const { batch: _batch, ...archive } = status.archive;
  return { ...status, archive };
}

/** Documents of the target are in the archive and no longer in their index. */
export function withMoved(status: Status, target: string, count: number): Status {
  const { run, archive = NOTHING } = status;
  const before = archive.moved?.find((each) => each.target === target)?.documents ?? 0;
  const others = (archive.moved ?? []).filter((each) => each.target !== target);
  const moved = [...others, { target, documents: before + count }];
  return {
    ...status,
    archive: { ...archive, documents: archive.documents + count, moved },
    ...(run === undefined ? {} : { run: { ...run, archived: (run.archived ?? 0) + count } }),
  };
}

export function withArchiveBatch(status: Status, batch: NonNullable<Archive['batch']>): Status {
  return { ...status, archive: { ...(status.archive ?? NOTHING), batch } };
}
