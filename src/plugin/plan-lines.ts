import { parseDuration } from '../crds/duration.ts';
import type { IndexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import type { ReindexRequest } from '../crds/reindex-request.ts';
import { wrapped } from './help.ts';
import type { Paint } from './paint.ts';
import { whatHappens } from './plan-outlook.ts';
import { table } from './table.ts';
import { nameOf, type OursOf } from './targets.ts';
import { wayOf } from './words-reindex.ts';
import { bytes, counted, grouped, relative } from './words.ts';

/** An object with a plan. */
export type Planned = OursOf<'maintenance' | 'reindex'>;

export const hashOf = ({ resource }: Planned): string | undefined => resource.status?.plan?.hash;

/** The whole plan, for a person who must judge it. Undefined while there is none. */
export function planLines(one: Planned, now: number, paint: Paint): readonly string[] | undefined {
  return one.type === 'maintenance'
    ? policyPlan(one.resource, now, paint)
    : requestPlan(one.resource, now, paint);
}

type PolicyPlan = NonNullable<NonNullable<IndexMaintenancePolicy['status']>['plan']>;

function policyPlan(
  policy: IndexMaintenancePolicy,
  now: number,
  paint: Paint,
): readonly string[] | undefined {
  const plan = policy.status?.plan;
  if (plan === undefined) return undefined;
  const made = `made ${relative(plan.time, now)}, compared with the cluster ${relative(plan.lookedAtTime, now)}`;
  return [
    `${paint('bold', `Plan ${plan.hash}`)} of ${nameOf('maintenance', policy.metadata.name)}, ${made}.`,
    whatHappens(policy, now),
    ...deletionLines(plan, policy.status?.matched ?? 0, paint),
    ...aliasLines(plan, paint),
    ...keptLines(plan, paint),
    ...heldLines(plan, paint),
    ...(plan.nextExpiry === undefined
      ? []
      : ['', `The next index expires ${relative(plan.nextExpiry, now)}.`]),
  ];
}

function deletionLines({ deletes }: PolicyPlan, matched: number, paint: Paint): readonly string[] {
  if (deletes.count === 0)
    return ['', paint('bold', `Deletes none of ${counted(matched, 'index', 'indexes')}.`)];
  const size = `${bytes(deletes.bytes)} and ${counted(deletes.documents, 'document')} in primary shards`;
  const more = deletes.count - deletes.names.length;
  return [
    '',
    paint('red', `Deletes ${grouped(deletes.count)} of ${counted(matched, 'index', 'indexes')}, ${size}:`),
    ...deletes.names.map((name) => `  ${name}`),
    ...(more > 0
      ? [`  and ${grouped(more)} more, all younger: status holds the first ${deletes.names.length}`]
      : []),
  ];
}

function aliasLines({ aliasChanges: { add, remove, names } }: PolicyPlan, paint: Paint): readonly string[] {
  if (add + remove === 0) return [];
  return [
    '',
    paint('bold', `Changes aliases: ${grouped(add)} added or corrected, ${grouped(remove)} removed, of`),
    ...wrapped(names.join(', '), 96)
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

/** Why an index stays; the guide has more on each. */
const STAYS: Readonly<Record<string, string>> = {
  NoRetention: 'no rule of retention applies',
  Young: 'younger than maxAge',
  WithinLimits: 'within maxCount and maxTotalSize',
  MinCount: 'among the newest that minCount keeps',
  Protected: 'protected, or made by the operator for itself',
  DataStream: 'part of a data stream',
  WriteIndex: 'the write index of an alias',
  LifecycleManaged: 'under a lifecycle policy of Elasticsearch',
  MountedSnapshot: 'mounted from a snapshot',
  Hidden: 'hidden',
  MetadataBlocked: 'index.blocks.metadata hides all about it',
  AliasRefused: 'Elasticsearch refuses to change this alias',
  AliasNameTaken: 'an alias is to have this name, which is taken or protected',
  ForeignWriteIndex: 'the write index of an alias, and not managed by the policy',
  SoleAliasMember: 'the last index behind an alias',
  BeingReindexed: 'part of a copy that runs, or a node does not say which copies run',
  BeingSnapshotted: 'part of a snapshot that runs',
  BeingRestored: 'being restored from a snapshot',
  RecentlyWritten: 'written to within ten minutes',
  NotSnapshotted: 'in no snapshot that beforeDelete accepts',
  Closed: 'closed, so nothing tells of its last write, and no document leaves it: open or exclude it',
  ClusterUnhealthy: 'the cluster is below deletion.minHealth',
  Unparsable: 'its name has no readable date',
  AgeUnknown: 'no age: age.field is no date in its mapping, of 1970 or in no document, or a shard is missing',
  FutureDate: 'its date has not come',
};

const whyStays = (reason: string): string => STAYS[reason] ?? 'see the guide of policies';

function keptLines({ kept }: PolicyPlan, paint: Paint): readonly string[] {
  if (kept.length === 0) return [];
  const all = kept.reduce((sum, { count }) => sum + count, 0);
  const rows = kept.map(({ reason, count }) => [grouped(count), reason, whyStays(reason)]);
  const [, ...lines] = table(['', '', ''], rows);
  return [
    '',
    paint('bold', `Keeps ${counted(all, 'index', 'indexes')}:`),
    ...lines.map((line) => `  ${line}`),
  ];
}

function heldLines({ held }: PolicyPlan, paint: Paint): readonly string[] {
  if (held.length === 0) return [];
  const rows = held.map(({ index, reason }) => [index, reason, whyStays(reason)]);
  const [, ...lines] = table(['', '', ''], rows);
  return [
    '',
    paint('yellow', 'Needs a look (too old but held back, or not readable):'),
    ...lines.map((line) => `  ${line}`),
  ];
}

function requestPlan(request: ReindexRequest, now: number, paint: Paint): readonly string[] | undefined {
  const { spec, status = {}, metadata } = request;
  const { plan, source } = status;
  if (plan === undefined) return undefined;
  const size = [
    ...(source?.documents === undefined ? [] : [counted(source.documents, 'document')]),
    ...(source?.bytes === undefined ? [] : [bytes(source.bytes)]),
    ...(plan.shards === undefined ? [] : [counted(plan.shards, 'shard')]),
  ].join(', ');
  return [
    `${paint('bold', `Plan ${plan.hash}`)} of ${nameOf('reindex', metadata.name)}, made ${relative(plan.createdTime, now)}; ${phaseWords(request)}.`,
    '',
    ...pairs(
      [
        ['Copies', `${wayOf(request)}${size === '' ? '' : ` (${size})`}`],
        ['Writers', WRITERS[spec.writeMode]],
        ['Proof', proofWords(spec)],
        ['Afterwards', afterWords(spec, plan.aliases.length)],
      ],
      paint,
    ),
    ...aliasMoves(plan.aliases, paint),
    ...((plan.notes ?? []).length === 0
      ? []
      : ['', paint('bold', 'Notes'), ...(plan.notes ?? []).map((note) => `  ${note}`)]),
  ];
}

function phaseWords({ spec, status = {} }: ReindexRequest): string {
  if (status.phase === 'Planned') return 'a dry run, nothing was changed';
  if (status.phase === 'AwaitingApproval') return 'everything is copied, the aliases wait for approval';
  return `now ${status.phase ?? 'Pending'}${spec.approval === 'BeforeCutover' && spec.writeMode !== 'CopyOnly' ? ', approval is asked for before the aliases move' : ''}`;
}

const WRITERS: Readonly<Record<ReindexRequest['spec']['writeMode'], string>> = {
  Online: 'go on; writes are blocked for about a second while the aliases move',
  BlockFirst: 'are blocked from before the copy until the aliases have moved',
  CopyOnly: 'are never blocked; what they write meanwhile may be missing',
};

function proofWords({ verification, writeMode }: ReindexRequest['spec']): string {
  if (writeMode === 'CopyOnly') return 'none: CopyOnly proves nothing';
  return (
    PROOFS[verification.level] + (verification.level === 'Sample' ? grouped(verification.sampleSize) : '')
  );
}

const PROOFS: Readonly<Record<ReindexRequest['spec']['verification']['level'], string>> = {
  Counts: 'both indexes hold the same number of documents',
  Ids: 'both indexes hold the same number of documents, with the same ids',
  Full: 'both indexes hold the same documents, content included',
  Sample: 'both indexes hold the same number of documents, with the same content in a sample of ',
};

/** As the operator judges it: what keeps an alias is not deleted, and a way back there is only for aliases that moved. */
function afterWords(
  { source, sourceAfter, writeMode, aliases }: ReindexRequest['spec'],
  moving: number,
): string {
  const isDeletion = sourceAfter.policy === 'Delete';
  if (writeMode === 'CopyOnly') return 'the source stays as it is';
  if (moving === 0)
    return `the source stays as it is${isDeletion ? ': it is not deleted, as no alias moves away from it' : ''}`;
  const end = isDeletion ? 'the source is DELETED' : 'the source stays, without aliases';
  const unless = aliases?.move === 'Listed' ? 'unless an alias stays on the source: ' : '';
  if (source.series !== undefined) return `${unless}${end}; a series has no way back`;
  return parseDuration(sourceAfter.rollbackWindow) === 0
    ? `${unless}${end}`
    : `${unless}the aliases can move back for ${sourceAfter.rollbackWindow}, then ${end}`;
}

function pairs(rows: readonly (readonly [string, string])[], paint: Paint): readonly string[] {
  const [, ...lines] = table(
    ['', ''],
    rows.map(([name, text]) => [{ text: name, paint: (raw) => paint('bold', raw) }, text]),
  );
  return lines;
}

function aliasMoves(
  aliases: readonly { readonly name: string; readonly definition: Readonly<Record<string, unknown>> }[],
  paint: Paint,
): readonly string[] {
  if (aliases.length === 0) return ['', paint('bold', 'Moves no alias.')];
  const rows = aliases.map(({ name, definition }) => [
    name,
    Object.keys(definition).length === 0 ? '' : JSON.stringify(definition),
  ]);
  const [, ...lines] = table(['', ''], rows);
  return [
    '',
    paint('bold', `Moves ${counted(aliases.length, 'alias', 'aliases')}, in one call:`),
    ...lines.map((line) => `  ${line}`),
  ];
}
