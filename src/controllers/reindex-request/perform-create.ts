import { updateAliases } from '../../elasticsearch/aliases.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import {
  type ElasticsearchError,
  isElasticsearchError,
  isRefusal,
  undefinedWhen,
} from '../../elasticsearch/errors.ts';
import { createIndex, deleteIndex, getIndex, type IndexInfo } from '../../elasticsearch/indices.ts';
import { isShardLimit, SHARD_LIMIT } from '../../elasticsearch/shard-limit.ts';
import { WaitingError } from '../../runtime/errors.ts';
import type { Body } from './actions.ts';
import { factsOf } from './index-facts.ts';
import { type ActionOf, type Change, type EffectContext, failing, requireSame } from './perform-effect.ts';
import { shortened } from './step.ts';

export async function createDestination(
  { index, body }: ActionOf<'CreateDestination'>,
  { es, pass }: EffectContext,
): Promise<Change | void> {
  const creation = createBare(es, index, body, pass.signal);
  try {
    // Existing already = ours or somebody else's: the next pass reads whose.
    await undefinedWhen(['alreadyExists'], creation);
    return undefined;
  } catch (error) {
    const refusal = creationRefusal(index, error);
    if (refusal === undefined) throw error;
    pass.log.warn({ index, detail: refusal.detail }, 'the destination was refused');
    return failing('PreflightFailed', `${refusal.message}; nothing was copied`);
  }
}

/**
 * Index templates give their aliases to whatever is made under a name that fits, and no call keeps them out: an alias of
 * two indexes without a write index refuses every write. So they go at once, and nobody waits for shards before that.
 * @param body with a write block, so that nothing lands here through an alias whose write index this one became.
 */
export async function createBare(
  es: Elasticsearch,
  name: string,
  body: Body,
  signal: AbortSignal,
): Promise<IndexInfo | undefined> {
  await createIndex(es, name, body, { waitForActiveShards: 0 }, signal);
  const [made] = await getIndex(es, name, signal);
  if (!made) return undefined;
  const aliases = Object.keys(factsOf(made).aliases);
  try {
    await removeAliases(es, name, aliases, signal);
  } catch (error) {
    if (!isElasticsearchError(error, 'forbidden')) throw error;
    // Empty, and nobody could write into it: rather no index than one that keeps writers from their alias.
    await requireSame(es, { index: name, uuid: made.uuid }, signal);
    await deleteIndex(es, name, signal);
    throw new KeptAliases(name, aliases, { cause: error });
  }
  return made;
}

/** Characters: the cure comes after them, and a status is no longer than it may be. */
const MOST_NAMES = 1_000;

/** The user of the connection may not take them away. */
class KeptAliases extends Error {
  override readonly name = 'KeptAliases';
  constructor(index: string, aliases: readonly string[], options: ErrorOptions) {
    const names = shortened(aliases.join(', '), MOST_NAMES);
    super(
      `an index template gives ${index} the alias ${names}, for which the user of the connection lacks indices:admin/aliases: extend its role, then retry`,
      options,
    );
  }
}

export async function removeAliases(
  es: Elasticsearch,
  index: string,
  aliases: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (aliases.length === 0) return;
  const actions = aliases.map((alias) => ({ remove: { index, alias } }));
  await undefinedWhen(['aliasNotFound'], updateAliases(es, actions, {}, signal));
}

interface CreationRefusal {
  /** The thing, the reason, the cure. */
  readonly message: string;
  /** For logs. */
  readonly detail: string | undefined;
}

/**
 * Why an index can not be made, however often it is tried; undefined for what may pass.
 * @throws WaitingError `PreflightFailed` when the cluster has as many shards as it may.
 */
export function creationRefusal(index: string, error: unknown): CreationRefusal | undefined {
  if (error instanceof KeptAliases) return { message: error.message, detail: undefined };
  requireRoomForShards(index, error);
  if (!isForGood(error)) return undefined;
  return { message: refusalMessage(index, error), detail: error.detail };
}

/** How soon it is tried again where the cluster takes no more shards, or does not start them. */
export const SHARDS_AGAIN_MS = 30_000;

/**
 * @param cannot what that keeps from happening.
 * @throws WaitingError `PreflightFailed` when that is what the error says.
 */
export function requireRoomForShards(index: string, error: unknown, cannot = 'cannot be made'): void {
  if (!isShardLimit(error)) return;
  throw new WaitingError('PreflightFailed', `${index} ${cannot}, because ${SHARD_LIMIT}`, SHARDS_AGAIN_MS, {
    cause: error,
  });
}

/** A second write index is a 500. */
function isForGood(error: unknown): error is ElasticsearchError {
  return isRefusal(error) || (isElasticsearchError(error) && SECOND_WRITE_INDEX.test(error.detail ?? ''));
}

// Names only, as Elasticsearch allows them: its own words do not go into a status.
const SECOND_WRITE_INDEX = /^alias \[([^\]\s"<>]{1,255})\] has more than one write index/;
const DATA_STREAM = /matches with template \[([^\]\s"<>]{1,255})\] that creates data streams only/;

function refusalMessage(index: string, { errorType, detail = '' }: ElasticsearchError): string {
  const [, alias] = SECOND_WRITE_INDEX.exec(detail) ?? [];
  if (alias !== undefined)
    return `${index} cannot be made, because an index template makes it a second write index of alias ${alias}: take is_write_index out of the template, or choose a name that it does not fit in a new request`;
  const [, template] = DATA_STREAM.exec(detail) ?? [];
  if (template !== undefined)
    return `${index} cannot be made, because index template ${template} is for data streams only: choose a name that it does not fit in a new request`;
  return `Elasticsearch refuses to make ${index} (${errorType}): correct the index template that fits its name and retry, or spec.destination in a new request`;
}
