import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { archivedWith } from './archived-event.ts';
import type { ArchiveBatch, MaintenanceAction } from './actions.ts';
import { type ArchiveSource, cutoffOf, isUnread, stepSize } from './archival.ts';
import { nextRunIsDue } from './due.ts';
import type { Place } from './archive-places.ts';
import type { Archive, Run, Status } from './observed.ts';
import type { FreshPlan } from './plan.ts';
import { counting } from './run.ts';

type Held = Archive['held'][number];
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
  if (archive.held.length >= MOST_HELD) return undefined;
  const since = Date.parse(run.time);
  const steps = fresh.archive.flatMap((source) => stepOf(source, archive, since));
  return steps[0];
}

function stepOf(
  { target, member: { index }, documents, reason }: ArchiveSource,
  { moved = [], held, hindered = [] }: Archive,
  since: number,
): readonly ChooseDocuments[] {
  const { name, archive: spec } = target.spec;
  const before = held.find((each) => each.index === index.name);
  const isGivenUp = before !== undefined && before.after === undefined;
  const isHindered = hindered.some((each) => each.index === index.name);
  if (spec === undefined || reason !== undefined || documents === 0) return [];
  if (isGivenUp || isHindered) return [];
  const size = stepSize(spec, index, moved.find(({ target }) => target === name)?.documents ?? 0);
  if (size <= 0) return [];
  const cutoff = cutoffOf(spec, since);
  return [
    {
      type: 'ChooseDocuments',
      target: name,
      index: index.name,
      uuid: index.uuid,
      cutoff,
      size,
      documents,
      after: before?.after,
    },
  ];
}

/** A run does not hold up the next one: aliases must move when the day changes. */
export function archivalYields(policy: IndexMaintenancePolicy, isFirstPass: boolean, now: number): boolean {
  return !isFirstPass && nextRunIsDue(policy, now);
}

/** At the end of a run: the indexes of which it could not tell what to move, and which it has not come to. */
export function withUnread(status: Status, { archiveKept }: FreshPlan): Status {
  return archiveKept
    .filter(({ index, reason }) => isUnread(reason) && heldBefore(status, index) === undefined)
    .reduce((told, { index, reason }) => withHeld(told, { index, reason }), status);
}

/** Nothing more of this index in this run, because ... `documents` of it stay where they are. */
export function holding(status: Status, index: string, reason: string, documents: number): Status {
  const counted = countedOf(heldBefore(status, index));
  return withHeld(status, { index, reason, documents: Math.max(counted, documents) });
}

const CHANGED = 'DocumentsChanged';

/** The later ones say more: somebody must look. */
const WEIGHTS: readonly string[] = [CHANGED, 'DocumentsRefused', 'IdTaken'];

/** What is written to gets a new place, behind the run: it would come to the same documents for ever. */
const MOST_CHANGED = 3;

/**
 * The run goes on with what comes after the batch, of which some stay where they are.
 * @param told how many cannot be moved at all, and how many did not move for whatever reason.
 */
export function passing(
  status: Status,
  { index, last }: ArchiveBatch,
  told: { readonly reason: string; readonly failed: number; readonly left: number },
): Status {
  const before = heldBefore(status, index);
  const changed = (before?.changed ?? 0) + (told.failed === 0 ? 1 : 0);
  const after = changed < MOST_CHANGED ? last : undefined;
  const reason = graver(told.reason, before?.reason);
  const held = { index, reason, changed, ...(after !== undefined && { after }) };
  return withHeld(status, { ...held, documents: stayingOf(held, before, told) });
}

/** Those that have merely changed may be come to again, until their index is given up. */
function stayingOf(
  { reason, after }: Pick<Held, 'reason' | 'after'>,
  before: Held | undefined,
  { failed, left }: { readonly failed: number; readonly left: number },
): number {
  if (failed > 0) return countedOf(before) + failed;
  const known = before?.documents ?? 0;
  return after === undefined || reason === CHANGED ? Math.max(known, left) : known;
}

const graver = (reason: string, before = reason): string =>
  weightOf(before) > weightOf(reason) ? before : reason;

/** What is about a whole archive says most. */
const weightOf = (reason: string): number =>
  WEIGHTS.includes(reason) ? WEIGHTS.indexOf(reason) : WEIGHTS.length;

/** The run goes on after the documents of an archive that takes none now; some of them were seen. */
export function passingArchive(
  status: Status,
  index: string,
  told: { readonly reason: string; readonly seen: number; readonly after: Place },
): Status {
  const before = heldBefore(status, index);
  const documents = countedOf(before) + told.seen;
  return withHeld(status, { ...before, index, reason: told.reason, documents, after: told.after });
}

/** Nothing comes after what was passed over: the index is done with, and what is left of it has stayed. */
export function withoutPlace(status: Status, index: string, left: number): Status {
  const before = heldBefore(status, index);
  if (before === undefined) return status;
  const { after: _after, ...done } = before;
  return withHeld(status, { ...done, documents: Math.max(countedOf(before), left) });
}

export const heldBefore = ({ archive = NOTHING }: Status, index: string): Held | undefined =>
  archive.held.find((held) => held.index === index);

/** How many of the index the run has counted: not those that change, while it may come to them again. */
const countedOf = (held: Held | undefined): number =>
  held?.reason === CHANGED && held.after !== undefined ? 0 : (held?.documents ?? 0);

export function withHeld(status: Status, held: Held): Status {
  const { archive = NOTHING } = status;
  const others = archive.held.filter(({ index }) => index !== held.index);
  const more = countedOf(held) - countedOf(heldBefore(status, held.index));
  const counted = counting(({ notArchived = 0 }) => ({ notArchived: notArchived + more }));
  return counted({ ...status, archive: { ...archive, held: [...others, held].slice(0, MOST_HELD) } });
}

/** So many of these documents are in the archive and no longer in their index. */
export function withMoved(status: Status, batch: ArchiveBatch, count: number): Status {
  if (count === 0) return status;
  const { archive = NOTHING } = status;
  const { target } = batch;
  const before = archive.moved?.find((each) => each.target === target)?.documents ?? 0;
  const others = (archive.moved ?? []).filter((each) => each.target !== target);
  const moved = [...others, { target, documents: before + count }];
  const counted = counting((run) => archivedWith(run, batch, count));
  return counted({ ...status, archive: { ...archive, documents: archive.documents + count, moved } });
}

export function withArchiveBatch(status: Status, batch: ArchiveBatch): Status {
  return { ...status, archive: { ...(status.archive ?? NOTHING), batch } };
}
