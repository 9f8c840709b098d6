import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { findCondition } from '../../crds/shared.ts';
import type { ExtraCondition, ResourceEvent } from '../../runtime/controller.ts';
import { counted } from '../counted.ts';
import { blockIsOurs } from './moved.ts';
import { lackedSettings, lackMessage } from './refused-settings.ts';
import type { Situation } from './situation.ts';
import { hasWriteBlock } from './index-facts.ts';

/** What a request says of itself from the move of the aliases on. */
export function movedConditions(
  situation: Situation,
  status: ReindexRequestStatus,
): readonly ExtraCondition[] {
  return [
    ...completeCondition(situation, status),
    ...blockedCondition(situation, status),
    ...refusedCondition(situation, status),
    ...afterFenceCondition(situation, status),
    ...lackCondition(situation, status),
  ];
}

const sourceOf = ({ source }: Situation, status: ReindexRequestStatus) =>
  status.source?.index ?? source?.name ?? 'the source';

function completeCondition(situation: Situation, status: ReindexRequestStatus): readonly ExtraCondition[] {
  const { phase } = status;
  const [from, to] = [sourceOf(situation, status), situation.spec.destination.index];
  if (phase === 'RolledBack')
    return [
      condition('Complete', 'RolledBack', `the aliases were moved back from ${to} to ${from}`, 'False'),
    ];
  if (phase === undefined || !COMPLETE.has(phase)) return [];
  const copied = status.series ? `the indexes of ${situation.spec.source.index} are` : `${from} is`;
  return [condition('Complete', 'Completed', `${copied} copied to ${to}${movedText(status)}`)];
}

/** Unknown where an earlier request of the same spec has done the work. */
function movedText({ aliasesMoved }: ReindexRequestStatus): string {
  if (aliasesMoved === undefined) return '';
  return aliasesMoved.length > 0 ? ' and its aliases have moved' : ' and no alias was to move';
}

const COMPLETE: ReadonlySet<string> = new Set(['RollbackWindow', 'CleaningUp', 'Completed']);

function blockedCondition(situation: Situation, status: ReindexRequestStatus): readonly ExtraCondition[] {
  const message = blockedMessage(situation, status);
  return message === undefined ? [] : [condition('WritesBlocked', 'RollbackWindow', message)];
}

function blockedMessage(situation: Situation, status: ReindexRequestStatus): string | undefined {
  const { source, destination } = situation;
  const { phase, rollback } = status;
  if (phase === 'RolledBack') return leftBlocked(situation);
  if (rollback && !rollback.blockedBefore && destination && hasWriteBlock(destination))
    return `${destination.name} takes no writes while its aliases move back`;
  if (!blockIsOurs(situation)) return undefined;
  const from = sourceOf(situation, status);
  // Somebody may have lifted it.
  if (!source || !hasWriteBlock(source)) return undefined;
  if (phase === 'RollbackWindow')
    return `${from} takes no writes until the end of the rollback window, status.rollbackUntil`;
  // Its deletion may be waited for, and with it the block stays.
  return phase === 'CleaningUp' ? `${from} takes no writes until it is deleted or given back` : undefined;
}

/** A request at rest reads nothing: it goes on saying what was seen at its end. */
function leftBlocked({ status, destination }: Situation): string | undefined {
  const { phase, rollback, conditions } = status;
  if (phase === 'RolledBack') return findCondition({ conditions }, 'WritesBlocked')?.message;
  const isOurs = rollback?.blockedBefore === false && destination !== undefined && hasWriteBlock(destination);
  return isOurs
    ? `${destination.name} takes no writes since its aliases have moved back, until you delete it`
    : undefined;
}

function refusedCondition(situation: Situation, status: ReindexRequestStatus): readonly ExtraCondition[] {
  const { rollbackRefused: reason } = status;
  return reason ? [condition('RollbackRefused', reason, refusal(situation, status, reason))] : [];
}

interface Names {
  readonly from: string;
  readonly to: string;
  /** Those that were to move back. */
  readonly aliases: string;
}

type Refusal = NonNullable<ReindexRequestStatus['rollbackRefused']>;

const refusals: Readonly<Record<Refusal, (names: Names, newWrites: number | undefined) => string>> = {
  NewWrites: ({ to }, newWrites) =>
    newWrites === undefined
      ? `it is not known any more what ${to} contained when the aliases moved; the value discard-new-writes rolls back all the same, and loses what was written since`
      : `${to} has taken ${counted(newWrites, 'write')} since the aliases moved, which a rollback would lose; the value discard-new-writes rolls back all the same`,
  DestinationInUse: ({ to }) => `another request copies ${to}: cancel it, then ask again with another value`,
  SourceClosed: ({ from }) => openFirst(from),
  DestinationClosed: ({ to }) => openFirst(to),
  SourceReadOnly: ({ from }) => unblockFirst(from),
  DestinationReadOnly: ({ to }) => unblockFirst(to),
  DestinationUnhealthy: ({ to }) =>
    `not every shard of ${to} is started, and nobody can tell what it has taken: see GET _cluster/allocation/explain, then ask again with another value`,
  NotInTime: ({ to }) =>
    `the aliases could not be moved within 30 s (or spec.maxWriteOutage, where that is more), and ${to} takes writes again: see the log of the operator, its clock and whether the connection is Ready, then ask again with another value`,
  AliasRefused: ({ from, to, aliases }) =>
    `Elasticsearch refuses ${aliases} for ${from}: a filter that was changed since the move does not fit the mappings there; correct it on ${to}, then ask again with another value`,
  MissingPrivileges: ({ from, to, aliases }) =>
    `the user of the connection may not move ${aliases} from ${to} to ${from}: extend its role, then ask again with another value`,
  SourceGone: ({ from, aliases }) =>
    `the ${from} that was copied does not exist any more, so no alias can move back to it: restore it from a snapshot if there is one, then move ${aliases} with POST /_aliases`,
  DestinationGone: ({ from, to, aliases }) =>
    `the copy ${to} does not exist any more, so no alias can move back from it; ${from} is as it was before the copy: put ${aliases} back on it with POST /_aliases, with the definitions in status.plan.aliases`,
  AliasesGone: ({ to, aliases }) =>
    `the aliases (${aliases}) are not on ${to} any more: a later request or somebody else has moved or removed them, so nothing can move back; GET /_alias says where they lead by now, POST /_aliases moves them`,
  WindowClosed: () => 'the rollback window is over, or there was none: copy back with a new request',
};

const openFirst = (index: string) =>
  `${index} was closed: open it with POST /${index}/_open, then ask again with another value`;

const unblockFirst = (index: string) =>
  `the aliases of ${index} cannot be changed while index.blocks.read_only or, on a full disk, index.blocks.read_only_allow_delete is set there: see that it goes, then ask again with another value`;

/** Also the note of the event. */
export function refusal(situation: Situation, status: ReindexRequestStatus, reason: Refusal): string {
  const aliases = (status.aliasesMoved ?? []).join(', ');
  const names = { from: sourceOf(situation, status), to: situation.spec.destination.index, aliases };
  return refusals[reason](names, status.newWrites);
}

function afterFenceCondition(situation: Situation, status: ReindexRequestStatus): readonly ExtraCondition[] {
  return status.writesAfterFence
    ? [condition('WritesAfterFence', 'SourceMoved', writesAfterFenceMessage(situation, status))]
    : [];
}

/** Also the note of the event. */
export function writesAfterFenceMessage(situation: Situation, status: ReindexRequestStatus): string {
  const [from, to] = [sourceOf(situation, status), situation.spec.destination.index];
  // A series that has ended knows their number only; the copies know where each began.
  const where = status.series
    ? 'cutover.maxSeq.source in _meta of the mapping of each copy'
    : 'status.cutoverMaxSeq.source';
  return `${from} has taken ${counted(status.writesAfterFence ?? 0, 'write')} after somebody lifted its write block; ${to} does not have them and ${from} is not deleted: find them by _seq_no above ${where} and write them to ${to}`;
}

function lackCondition(situation: Situation, status: ReindexRequestStatus): readonly ExtraCondition[] {
  if (!COMPLETE.has(status.phase ?? '')) return [];
  const message = lackMessage(situation.spec.destination.index, lackedSettings({ ...situation, status }));
  return message === undefined ? [] : [condition('SettingsRefused', 'SettingsLacking', message)];
}

/** Once: when it is seen that the destination lacks something. */
export function lackEvents(
  { status }: Situation,
  conditions: readonly ExtraCondition[],
): readonly ResourceEvent[] {
  const lack = conditions.find(({ type }) => type === 'SettingsRefused');
  if (!lack || findCondition(status, lack.type)) return [];
  return [{ type: 'Warning', reason: lack.type, action: 'SetSettings', note: lack.message }];
}

const condition = (
  type: string,
  reason: string,
  message: string,
  status: ExtraCondition['status'] = 'True',
): ExtraCondition => ({ type, status, reason, message });
