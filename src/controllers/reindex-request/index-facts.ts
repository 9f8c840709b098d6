import type { IndexInfo } from '../../elasticsearch/indices.ts';
import { flatten } from '../index-settings.ts';
import { isEntrance, isGuard } from './names.ts';
import type { IndexFacts } from './observed.ts';

/** What this kind judges an index by. Only a closed index carries the proof of having been closed. */
export function factsOf({ name, uuid, settings, mappings, aliases, dataStream }: IndexInfo): IndexFacts {
  return {
    name,
    uuid,
    settings,
    mappings,
    aliases: Object.fromEntries(
      Object.entries(aliases).filter(([alias]) => !isEntrance(alias) && !isGuard(alias)),
    ),
    entrances: Object.keys(aliases).filter(isEntrance),
    guards: Object.keys(aliases).filter(isGuard),
    dataStream,
    closed: settings['verified_before_close'] === 'true',
  };
}

export function shardCountOf({ settings }: Pick<IndexFacts, 'settings'>): number {
  return Number(flatten(settings)['index.number_of_shards'] ?? 1);
}

type Block = 'write' | 'read' | 'metadata' | 'read_only' | 'read_only_allow_delete';

/** Whether one of these blocks is set. */
export function isBlocked({ settings }: Pick<IndexFacts, 'settings'>, ...blocks: readonly Block[]): boolean {
  const flat = flatten(settings);
  return blocks.some((block) => String(flat[`index.blocks.${block}`]) === 'true');
}

/** Somebody's write block or read-only block, whoever set it. */
export function writesBlocked(index: IndexFacts): boolean {
  return isBlocked(index, 'write', 'read_only');
}

/** The only block that this project ever sets or lifts. */
export function hasWriteBlock(index: IndexFacts): boolean {
  return isBlocked(index, 'write');
}

/** Whether its mark can be written: neither a full disk nor a person stands against it. Where it can not, nobody waits for it. */
export function takesMark(index: IndexFacts): boolean {
  return !isBlocked(index, 'metadata', 'read_only', 'read_only_allow_delete');
}
