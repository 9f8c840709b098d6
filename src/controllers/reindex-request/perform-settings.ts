import { putSettings } from '../../elasticsearch/indices.ts';
import { requireRoomForShards } from './perform-create.ts';
import { type ActionOf, type EffectContext, requireSame } from './perform-effect.ts';

export async function setSettings(
  { target, settings }: ActionOf<'SetSettings'>,
  { es, pass }: EffectContext,
): Promise<void> {
  await requireSame(es, target, pass.signal);
  try {
    await putSettings(es, target.index, settings, pass.signal);
  } catch (error) {
    // Replicas are shards too.
    requireRoomForShards(target.index, error, 'cannot get its replicas');
    throw error;
  }
}
