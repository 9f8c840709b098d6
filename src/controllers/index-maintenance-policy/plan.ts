import type {
  IndexMaintenancePolicy,
  IndexMaintenancePolicySpec,
} from '../../crds/index-maintenance-policy.ts';
import { contentHash } from '../../runtime/content-hash.ts';
import { type AliasChange, withChanges } from './alias-changes.ts';
import { planAliases } from './alias-plan.ts';
import { type ArchiveSource, archiveSourcesOf, isUnarchived } from './archival.ts';
import { guardOf, membersBesides, ownAliasesOf, soleMembers } from './guards.ts';
import type { Seen } from './observed.ts';
import { judgeAges } from './retention.ts';
import { isProven, type ProofFacts } from './snapshot-proof.ts';
import {
  byPlace,
  type CompiledTarget,
  type Matched,
  matchTargets,
  type Member,
  targetOf,
} from './targets.ts';

export interface Stay {
  readonly index: string;
  /** The alias that it stands in the way of. */
  readonly alias?: string;
  readonly reason: string;
}

/** What everything that was seen comes to. Every index that was matched is in exactly one of `deletes` and `kept`. */
export interface FreshPlan {
  readonly matched: readonly Matched[];
  /** Oldest first. */
  readonly deletes: readonly Member[];
  readonly kept: readonly Stay[];
  /** What a person should look at: held back although it is too old, without a readable age, in the way of an alias. */
  readonly held: readonly Stay[];
  readonly aliasChanges: readonly AliasChange[];
  /** Indexes of targets that archive, oldest first. */
  readonly archive: readonly ArchiveSource[];
  /** Those of them whose documents stay, or may have some that do. */
  readonly archiveKept: readonly Stay[];
}

export function planOf(
  { spec }: IndexMaintenancePolicy,
  targets: readonly CompiledTarget[],
  seen: Seen,
  now: number,
): FreshPlan {
  const { indices, unreadable, around, newest, backups, sealed, listedAt } = seen;
  const matched = matchTargets(targets, indices, newest);
  const archive = archiveSourcesOf(matched, seen, spec.deletion);
  const due = new Set(archive.filter(isUnarchived).map(({ member }) => nameOf(member)));
  const judged = matched.flatMap((each) =>
    judge(each, spec, around, { backups, sealed, listedAt, now, due }),
  );
  const leaving = new Set(
    judged.filter(({ reason }) => reason === undefined).map(({ member }) => nameOf(member)),
  );
  const aliases = planAliases(matched, { indices, around, now, leaving });
  // Aliases change first: whoever gets company by that is not the last one any more.
  const { deletes, sole } = withoutSoleMembers(judged, spec, withChanges(indices, aliases.changes));
  const aged = judged.flatMap(({ member, reason }) => (reason ? [{ index: nameOf(member), reason }] : []));
  const unparsable = matched.flatMap((each) =>
    each.unparsable.map((index) => ({ index, reason: 'Unparsable' })),
  );
  const kept = [...aged, ...sole, ...unparsable];
  const archiveKept = archive.flatMap(heldSource);
  return {
    matched,
    deletes: deletes.reverse(),
    kept,
    // Aliases come first, as Ready tells of them: a status does not take all.
    held: [
      ...aliases.held,
      ...kept.filter(({ reason }) => !UNREMARKABLE.has(reason)).sort(byRemark),
      ...unreadable.filter((index) => targetOf(targets, index)).map(hiddenByBlock),
      ...archiveKept,
    ],
    aliasChanges: aliases.changes,
    archive,
    archiveKept,
  };
}

const nameOf = ({ index }: Member): string => index.name;

const hiddenByBlock = (index: string): Stay => ({ index, reason: 'MetadataBlocked' });

function heldSource(source: ArchiveSource): readonly Stay[] {
  const { member, reason } = source;
  return reason !== undefined && isUnarchived(source) ? [{ index: nameOf(member), reason }] : [];
}

const UNREMARKABLE: ReadonlySet<string> = new Set(['NoRetention', 'Young', 'WithinLimits', 'MinCount']);
/** These come last: they were not about to be deleted. */
const REMARKS: readonly string[] = ['Unparsable', 'AgeUnknown', 'FutureDate'];

const byRemark = (a: Stay, b: Stay): number => REMARKS.indexOf(a.reason) - REMARKS.indexOf(b.reason);

interface Judged {
  readonly target: CompiledTarget;
  readonly member: Member;
  /** Undefined: nothing keeps it but perhaps an alias. */
  readonly reason: string | undefined;
}

function judge(
  matched: Matched,
  { deletion }: IndexMaintenancePolicySpec,
  around: Seen['around'],
  facts: ProofFacts & { readonly due: ReadonlySet<string> },
): readonly Judged[] {
  const { target } = matched;
  const required = target.spec.beforeDelete?.requireSnapshot;
  const unproven = ({ index }: Member) => {
    if (isProven(index, required, facts)) return undefined;
    // Nothing tells when a closed one was last written to: no snapshot would prove it.
    return index.closed ? 'Closed' : 'NotSnapshotted';
  };
  // What is to be archived does not go with its index.
  const unarchived = ({ index }: Member) =>
    facts.due.has(index.name) ? ('NotArchived' as const) : undefined;
  return judgeAges(matched, { now: facts.now, around, deletion }).map(({ member, stays }) => ({
    target,
    member,
    reason: stays ?? guardOf(member.index, around, deletion) ?? unarchived(member) ?? unproven(member),
  }));
}

/** Newest first. */
function withoutSoleMembers(
  judged: readonly Judged[],
  { deletion }: IndexMaintenancePolicySpec,
  indices: Seen['indices'],
): { readonly deletes: Member[]; readonly sole: readonly Stay[] } {
  const leaving = judged
    .filter(({ reason }) => reason === undefined)
    .sort((a, b) => byPlace(a.member, b.member));
  const members = leaving.map(({ member }) => member);
  if (!deletion.skip.includes('SoleAliasMember')) return { deletes: members, sole: [] };
  const names = new Set(members.map(nameOf));
  const after = new Map(indices.map((index) => [index.name, index]));
  const candidates = leaving.map(({ member, target }) => ({
    index: after.get(nameOf(member)) ?? member.index,
    ownAliases: ownAliasesOf(target, member),
  }));
  const sole = soleMembers(candidates, membersBesides(indices, names));
  return {
    deletes: members.filter((member) => !sole.has(nameOf(member))),
    sole: [...sole].map((index) => ({ index, reason: 'SoleAliasMember' })),
  };
}

/** The spec without what may change while a plan waits: whose hash says that it is the same work. */
export function specHashOf(spec: IndexMaintenancePolicySpec): string {
  const { suspend: _suspend, mode: _mode, deletion, ...work } = spec;
  const { approvedPlan: _approvedPlan, ...limits } = deletion;
  return contentHash({ ...work, deletion: limits }).slice(0, 16);
}

/** What a person approves: this policy, this spec, exactly these indexes. No count and no time is in it. */
export function planHash({ metadata, spec }: IndexMaintenancePolicy, deletes: readonly Member[]): string {
  const actions = deletes.map(({ index }) => `${index.name} ${index.uuid} Delete`).sort();
  return contentHash({ uid: metadata.uid, spec: specHashOf(spec), actions }).slice(0, 16);
}

/** How many indexes one plan takes in at most, so that its fingerprints fit into a status; the rest is for the next one. */
export const MOST_PLANNED = 4_000;
