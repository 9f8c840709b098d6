import { isUnread } from './archival.ts';
import type { Status } from './observed.ts';
import type { heldAliasOf } from './run.ts';

export function failureText(
  lastRun: Status['lastRun'],
  archive: Status['archive'],
  heldAlias: ReturnType<typeof heldAliasOf>,
): string {
  const again = 'the next run tries again';
  const { failed = 0, firstFailure, notArchived = 0, aliasesRefused = [], aliasRefusal } = lastRun ?? {};
  const [held] = archive?.held ?? [];
  const unread = archive?.held.find(({ reason }) => isUnread(reason));
  if (aliasesRefused.length > 0)
    return `Elasticsearch has refused to change ${aliasList(aliasesRefused)} in the last run${aliasRefusal === undefined ? '' : ` (${aliasRefusal})`}: status.lastRun counts all that failed, and the log of the operator says more; ${again}`;
  if (firstFailure !== undefined)
    return `the last run could not delete ${firstFailure.index}: ${firstFailure.message}. status.lastRun counts all that failed, and the log of the operator names it; ${again}`;
  if (failed === 0 && notArchived === 0 && unread !== undefined)
    return `the last run could not tell which documents of ${unread.index} are to be archived (${unread.reason}): status.archive.held names all such indexes, and the guide says what each reason means; remove the cause, or exclude the index from the target; ${again}`;
  if (failed === 0 && notArchived === 0 && heldAlias !== undefined)
    return `${heldAliasText(heldAlias)}: status.plan.held names all such aliases; ${again}`;
  if (failed > 0 || notArchived === 0 || held === undefined)
    return `the last run could not do everything: status.lastRun counts what failed, the log of the operator names it; ${again}`;
  const { index, reason } = held;
  const documents = notArchived === 1 ? '1 document' : `${notArchived} documents`;
  return `the last run could not archive ${documents}, such as those of ${index} (${reason}): status.archive.held names all of their indexes; ${again}`;
}

const heldAliasText = ({ index, alias, reason }: NonNullable<ReturnType<typeof heldAliasOf>>): string =>
  reason === 'AliasNameTaken'
    ? `alias ${alias} cannot be made, since an index or a data stream has this name or it is protected (${reason}); give the alias another name, or remove what has its name`
    : `the write index of alias ${alias} stays ${index}, which the policy does not manage (${reason}); let ${index} no longer be its write index, or set writeIndex to None`;

const aliasList = (aliases: readonly string[]): string =>
  aliases.length === 1 ? `alias ${aliases[0]}` : `${aliases.length} aliases, such as ${aliases[0]}`;
