import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { type ElasticsearchError, isRefusal } from '../../elasticsearch/errors.ts';
import { putSettings } from '../../elasticsearch/indices.ts';
import type { FlatSettings } from '../index-settings.ts';
import { HIDDEN } from './destination-settings.ts';
import { requireRoomForShards } from './perform-create.ts';
import {
  type ActionOf,
  type Change,
  type EffectContext,
  requireSame,
  throughEntrance,
} from './perform-effect.ts';
import { withRefusedSettings } from './refused-settings.ts';

type SetSettings = ActionOf<'SetSettings'>;

export async function setSettings(action: SetSettings, context: EffectContext): Promise<Change | void> {
  const { target, settings, mayLack } = action;
  const { es, pass } = context;
  const name = await throughEntrance(es, await requireSame(es, target, pass.signal), pass.signal);
  if (mayLack) return setAndRemember(action, context);
  try {
    await putSettings(es, name, settings, pass.signal);
  } catch (error) {
    // Replicas are shards too.
    requireRoomForShards(target.index, error, 'cannot get its replicas');
    throw error;
  }
}

async function setAndRemember(
  { target: { index }, settings }: SetSettings,
  { es, pass }: EffectContext,
): Promise<Change | void> {
  const refused = await setAccepted(es, index, settings, pass.signal);
  if (refused.length === 0) return undefined;
  for (const { key, error } of refused)
    pass.log.warn({ index, key, errorType: error.errorType, detail: error.detail }, 'a setting was refused');
  const keys = refused.map(({ key }) => key);
  // The copy has hidden it, and it serves now.
  if (keys.includes(HIDDEN)) await putSettings(es, index, { [HIDDEN]: null }, pass.signal);
  return (status) => withRefusedSettings(status, keys);
}

interface RefusedSetting {
  readonly key: string;
  readonly error: ElasticsearchError;
}

/**
 * Sets what Elasticsearch accepts. It does not always name what it refuses, and it refuses all for one: then each is sent
 * by itself.
 * @returns the others.
 */
export async function setAccepted(
  es: Elasticsearch,
  index: string,
  settings: FlatSettings,
  signal: AbortSignal,
): Promise<readonly RefusedSetting[]> {
  if (!(await refusalOf(putSettings(es, index, settings, signal)))) return [];
  const refused: RefusedSetting[] = [];
  for (const [key, value] of Object.entries(settings)) {
    const error = await refusalOf(putSettings(es, index, { [key]: value }, signal));
    if (error) refused.push({ key, error });
  }
  return refused;
}

async function refusalOf(answer: Promise<void>): Promise<ElasticsearchError | undefined> {
  try {
    await answer;
    return undefined;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error;
  }
}
