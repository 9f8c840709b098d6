import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { type ElasticsearchError, isRefusal, undefinedWhen } from '../../elasticsearch/errors.ts';
import { refusingDeciders } from '../../elasticsearch/allocation.ts';
import { updateAliases } from '../../elasticsearch/aliases.ts';
import { indexHealth } from '../../elasticsearch/health.ts';
import { createIndex, getIndex } from '../../elasticsearch/indices.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { aliasRefusal, refusedFilter } from './alias-refusal.ts';
import { withEntrance } from './destination.ts';
import { trialAlias, trialEntrance } from './names.ts';
import { requireRoomForShards, SHARDS_AGAIN_MS } from './perform-create.ts';
import { type ActionOf, type Change, type EffectContext, failing } from './perform-effect.ts';
import { judgeSample } from './perform-sample.ts';
import { simulate } from './perform-simulate.ts';
import { dropScratch, inScratch } from './perform-scratch.ts';
import { setAccepted } from './perform-settings.ts';
import { refusedPart } from './refused-part.ts';
import { possibleSettings } from './tried-settings.ts';

type TryOut = ActionOf<'TryOut'>;

/** Settings, mappings, script and pipeline on a few real documents, in a hidden index that is gone afterwards. */
export async function tryOut(action: TryOut, context: EffectContext): Promise<Change> {
  const { es, resource, pass } = context;
  const { uid } = resource.metadata;
  try {
    return await inScratch(es, uid, pass.signal, (scratch) => tryIn(scratch, action, context));
  } catch (error) {
    requireRoomForShards(resource.spec.destination.index, error);
    throw error;
  }
}

async function tryIn(scratch: string, action: TryOut, context: EffectContext): Promise<Change> {
  const { es, resource, pass } = context;
  const fault = await simulate(scratch, action.simulation, context);
  if (fault) return failing(fault.reason, fault.message);
  await dropScratch(es, scratch, resource.metadata.uid, pass.signal);
  const unfit = (await create(scratch, action, context)) ?? (await tryAliases(scratch, action, context));
  if (unfit) return unfit;
  const { refusal, notes = [] } = await judgeSample(scratch, action.reindex, context);
  const refused = refusal ?? (await tryLater(scratch, action, context));
  return refused ?? (resource.spec.dryRun ? withTrial(notes) : goOn);
}

const goOn: Change = (status) => ({ ...status, phase: 'Preparing' });

/** How a dry run ends is decided by the next pass: of a series it is not the end. */
function withTrial(more: readonly string[]): Change {
  return ({ plan, ...status }) => {
    if (!plan) return status;
    const notes = [...(plan.notes ?? []), ...more];
    return { ...status, plan: { ...plan, tried: true, ...(notes.length > 0 ? { notes } : {}) } };
  };
}

async function create(
  scratch: string,
  { body }: TryOut,
  { es, resource, pass }: EffectContext,
): Promise<Change | undefined> {
  try {
    const made = await createIndex(es, scratch, withEntrance(body, trialEntrance(scratch)), {}, pass.signal);
    if (!made.shardsAcknowledged) await requireStarted(scratch, es, pass.signal);
    return undefined;
  } catch (error) {
    requireRoomForShards(resource.spec.destination.index, error);
    if (!isRefusal(error)) throw error;
    pass.log.warn({ errorType: error.errorType, detail: error.detail }, 'the trial index was refused');
    return refusing(refusedOf(body, error));
  }
}

function refusing(what: string): Change {
  return failing(
    'MappingConflict',
    `Elasticsearch refuses ${what}: correct spec.destination in a new request; nothing was changed`,
  );
}

/** After the copy: its writes would wait for replicas. */
async function tryLater(
  scratch: string,
  { later }: TryOut,
  { es, pass }: EffectContext,
): Promise<Change | undefined> {
  if (Object.keys(later).length === 0) return undefined;
  const [made] = await getIndex(es, scratch, pass.signal);
  const settings = possibleSettings(later, made?.settings ?? {});
  const [refused] = await setAccepted(es, scratch, settings, pass.signal);
  if (!refused) return undefined;
  const { key, error } = refused;
  pass.log.warn({ key, errorType: error.errorType, detail: error.detail }, 'a setting was refused');
  return refusing(`setting ${key} of the destination (${error.errorType})`);
}

function refusedOf(body: TryOut['body'], { errorType, detail }: ElasticsearchError): string {
  const part = refusedPart(body, detail);
  return part === undefined
    ? `the settings or mappings of the destination (${errorType}; the operator's log says more)`
    : `${part} of the destination (${errorType})`;
}

/** The answer to the creation waits for ten seconds; a cluster that has much to do may need longer. */
const START_MS = 20_000;

/** A trial without a node makes the cluster red: what does not pass by itself is not tried all the time. */
const REFUSED_AGAIN_MS = 120_000;

/** @throws WaitingError `PreflightFailed` */
async function requireStarted(scratch: string, es: Elasticsearch, signal: AbortSignal): Promise<void> {
  const refusing = await undefinedWhen(['forbidden'], refusingDeciders(es, scratch, signal));
  if (refusing) throw notStarted(`may be on no node (${refusing.join(', ')})`, REFUSED_AGAIN_MS);
  const options = { waitForStatus: 'yellow', waitMs: START_MS } as const;
  const { status } = await indexHealth(es, scratch, options, signal);
  if (status === 'red') throw notStarted('were not started within 30 s', SHARDS_AGAIN_MS);
}

function notStarted(what: string, againMs: number): WaitingError {
  return new WaitingError(
    'PreflightFailed',
    `the shards of an index like the destination is to be ${what}: index.routing.allocation.* of the source or of spec.destination.settings, or the state of the cluster, keeps them from every node; correct that, or the settings in a new request`,
    againMs,
  );
}

/** A filter is read with the mappings of its index: better now than in the fence. */
async function tryAliases(
  scratch: string,
  { aliases }: TryOut,
  { es, resource, pass }: EffectContext,
): Promise<Change | undefined> {
  if (aliases.length === 0) return undefined;
  const nameOf = (place: number) => trialAlias(resource.metadata.uid, place);
  const adding = aliases.map(({ definition: { is_write_index: _writes, ...definition } }, place) => ({
    add: { ...definition, index: scratch, alias: nameOf(place), is_hidden: true },
  }));
  try {
    await updateAliases(es, adding, {}, pass.signal);
    return undefined;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    pass.log.warn({ errorType: error.errorType, detail: error.detail }, 'an alias was refused');
    const refused = refusedFilter(error.detail);
    const alias = aliases.find((_, place) => nameOf(place) === refused)?.name;
    const { reason, message } = aliasRefusal(alias, resource.spec.destination.index, error.errorType);
    return failing(reason, message);
  }
}
